#include "run/run.h"

#include <fstream>

#include "run/prune.h"
#include "run/verify.h"
#include "usage_tree.h"

namespace costmill {
namespace {

class Runs : public testing::Test {
 protected:
  Runs() {
    for (const int day : {1, 2}) write_day(tree_, day);
    std::filesystem::create_directories(sink_.path() / "out");
    config_.run.input = tree_.uri();
    config_.run.sink = "csv:" + (sink_.path() / "out").string();
    config_.clusters.emplace_back();
    config_.clusters[0].window = DateRange{make_day(2025, 10, 1), make_day(2025, 10, 2)};
    events_.day = [this](const DayReport&) { cancelled_ = true; };
  }

  ErrorCode code_of_run() {
    return error_of([&] { run(config_, events_, cancelled_); }).code();
  }

  TempTree tree_;
  TempTree sink_;
  Config config_;
  RunEvents events_;
  std::atomic<bool> cancelled_ = false;
};

TEST_F(Runs, CancelledBeforeTheFirstDayTheyLeaveTheFolderAsItWas) {
  cancelled_ = true;
  EXPECT_EQ(code_of_run(), ErrorCode::kCancelled);
  EXPECT_TRUE(std::filesystem::is_empty(sink_.path() / "out"));
}

TEST_F(Runs, CancelledLaterTheyKeepTheDaysThatAreWritten) {
  EXPECT_EQ(code_of_run(), ErrorCode::kCancelled);
  EXPECT_NE(sink_.content("out/costmill-state.json").find("2025-10-01"), std::string::npos);
}

// The days of October that the next run writes.
class RunsAgain : public Runs {
 protected:
  RunsAgain() {
    events_ = {};
    events_.day = [this](const DayReport& day) { written_.push_back(day_of_month(day.day)); };
    events_.message = [this](Severity severity, const std::string& message) {
      if (severity == Severity::kWarning) warnings_ += message;
    };
    run(config_, events_, cancelled_);
  }

  std::vector<int> days_of_run() {
    written_.clear();
    warnings_.clear();
    report_ = run(config_, events_, cancelled_);
    return written_;
  }
  std::string table() const { return sink_.content("out/reporting_ocpusagelineitem_daily_summary.csv"); }
  std::string file_of_day(int day) const { return tree_.at(daily_pods(kTree.org_id, kTree.provider_uuid, day)); }

  std::vector<int> written_;
  std::string warnings_;
  RunReport report_;
};

TEST_F(RunsAgain, WithoutAnythingNewTheyDoNothing) {
  const std::string before = table();
  EXPECT_TRUE(days_of_run().empty());
  EXPECT_EQ(report_.days_unchanged, 2U);
  EXPECT_EQ(table(), before);
}

TEST_F(RunsAgain, OnlyTheDayOfAChangedFileIsDone) {
  write_day(tree_, 2, "7200");
  EXPECT_EQ(days_of_run(), std::vector<int>{2});
  EXPECT_TRUE(days_of_run().empty());
}

TEST_F(RunsAgain, AFullRunDoesAllDays) {
  config_.run.full = true;
  EXPECT_EQ(days_of_run(), (std::vector<int>{1, 2}));
}

TEST_F(RunsAgain, ADayThatIsGoneStaysUntilItIsPruned) {
  std::filesystem::remove(file_of_day(1));
  EXPECT_TRUE(days_of_run().empty());
  EXPECT_NE(warnings_.find("2025-10-01"), std::string::npos) << warnings_;
  EXPECT_NE(table().find("2025-10-01"), std::string::npos);
  config_.run.prune = true;
  EXPECT_TRUE(days_of_run().empty());
  EXPECT_EQ(report_.days_removed, 1U);
  EXPECT_EQ(table().find("2025-10-01"), std::string::npos);
  EXPECT_NE(table().find("2025-10-02"), std::string::npos);
}

TEST_F(RunsAgain, VerifyFindsWhatAnotherProgramChanged) {
  EXPECT_TRUE(verify(config_, {}, events_, cancelled_).equal());
  EXPECT_EQ(verify(config_, {}, events_, cancelled_).days, 2U);
  EXPECT_EQ(verify(config_, {.sample = 1}, events_, cancelled_).days, 1U);
  std::string rows = table();
  const std::string usage = ",1.000277777777778,";  // 3601 core-seconds
  ASSERT_NE(rows.find(usage), std::string::npos) << rows;
  rows.replace(rows.find(usage), usage.size(), ",3,");
  std::ofstream(sink_.path() / "out/reporting_ocpusagelineitem_daily_summary.csv") << rows;
  const VerifyReport report = verify(config_, {}, events_, cancelled_);
  EXPECT_FALSE(report.equal());
  EXPECT_EQ(report.rows.differing_rows, 1U);
  EXPECT_TRUE(report.other_digests.empty());
}

TEST_F(RunsAgain, VerifyLeavesDaysAloneWhoseInputChanged) {
  write_day(tree_, 2, "7200");
  const VerifyReport report = verify(config_, {}, events_, cancelled_);
  EXPECT_TRUE(report.equal());
  EXPECT_EQ(report.days, 1U);
  ASSERT_EQ(report.stale.size(), 1U);
  EXPECT_EQ(day_of_month(report.stale[0].day), 2);
}

TEST_F(RunsAgain, PruneSelectsByClusterAndMonth) {
  const auto selected = [&](const PruneSelection& selection) {
    return days_to_prune(*open_sink_reader(config_.run.sink), selection).size();
  };
  EXPECT_EQ(selected({.source_uuid = kTree.provider_uuid}), 2U);
  EXPECT_EQ(selected({.source_uuid = "another"}), 0U);
  EXPECT_EQ(selected({.before = Month{2025, 11}}), 2U);
  EXPECT_EQ(selected({.before = Month{2025, 10}}), 0U);
}

TEST_F(RunsAgain, PruneRemovesRowsAndRecords) {
  const auto days = days_to_prune(*open_sink_reader(config_.run.sink), {.before = Month{2025, 11}});
  prune(*open_sink(config_.run.sink, {}), days, cancelled_);
  EXPECT_TRUE(open_sink_reader(config_.run.sink)->days().empty());
  EXPECT_TRUE(open_sink_reader(config_.run.sink)->records().empty());
  EXPECT_EQ(days_of_run(), (std::vector<int>{1, 2}));
}

TEST_F(Runs, NodesAreUpdatedInADatabaseOnly) {
  config_.run.update_nodes = true;
  config_.run.reference = "csv:tables";
  const Error error = error_of([&] { run(config_, events_, cancelled_); });
  EXPECT_EQ(error.code(), ErrorCode::kBadConfig);
  EXPECT_NE(std::string(error.what()).find("give --reference or --sink postgresql://"), std::string::npos);
}

}  // namespace
}  // namespace costmill
