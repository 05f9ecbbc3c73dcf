#include "run/month_run.h"

#include "usage_tree.h"

namespace costmill {
namespace {

const DateRange kThreeDays{make_day(2025, 10, 1), make_day(2025, 10, 3)};

// Passes everything on, but the opening of one file after the footers were read.
class FaultyStore : public Store {
 public:
  FaultyStore(Store& inner, std::string part, ErrorCode code) : inner_(inner), part_(std::move(part)), code_(code) {}

  std::vector<std::string> list_folders(const std::string& folder) override { return inner_.list_folders(folder); }
  std::vector<StoredFile> list_files(const std::string& folder) override { return inner_.list_files(folder); }
  std::string uri() const override { return inner_.uri(); }

 private:
  std::shared_ptr<arrow::io::RandomAccessFile> open_version(const StoredFile& file, arrow::MemoryPool* pool,
                                                            const std::atomic<bool>* dropped) override {
    if (file.path.find(part_) != std::string::npos) throw Error(code_, file.path + ": injected fault", {.file = file.path});
    return inner_.open(file, pool, dropped);
  }

  Store& inner_;
  std::string part_;
  ErrorCode code_;
};

// Passes everything on, some files late.
class SlowStore : public Store {
 public:
  SlowStore(Store& inner, std::string part) : inner_(inner), part_(std::move(part)) {}

  std::vector<std::string> list_folders(const std::string& folder) override { return inner_.list_folders(folder); }
  std::vector<StoredFile> list_files(const std::string& folder) override { return inner_.list_files(folder); }
  std::string uri() const override { return inner_.uri(); }

 private:
  std::shared_ptr<arrow::io::RandomAccessFile> open_version(const StoredFile& file, arrow::MemoryPool* pool,
                                                            const std::atomic<bool>* dropped) override {
    if (file.path.find(part_) != std::string::npos) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return inner_.open(file, pool, dropped);
  }

  Store& inner_;
  std::string part_;
};

class MonthRuns : public testing::TestWithParam<int> {
 protected:
  MonthRuns() {
    for (const int day : {1, 2, 3}) write_day(tree_, day);
    store_ = open_store(tree_.uri());
  }

  MonthPlan plan() { return plan_month(*store_, Layout(LayoutKind::kKoku, {}), kTree, {{2025, 10}, kThreeDays}, {.derive_roles = true}); }

  // One text a day: its number and rows, or why it was refused.
  std::vector<std::string> outcomes(const MonthPlan& plan, Store& store, std::int64_t limit_bytes = 1 << 30, std::size_t stop_after = 100) {
    const ClusterIdentity cluster{.source_uuid = kTree.provider_uuid, .cluster_id = "c", .cluster_alias = "c", .report_period_id = {}};
    MonthRunOptions options;
    options.workers = GetParam();
    options.rows_worth_learning = rows_worth_learning_;
    options.fold = {.first_day = plan.piece.days.from, .last_day = plan.piece.days.to, .derive_roles = true};
    MemoryBudget budget(limit_bytes);
    CappedPool pool(*arrow::default_memory_pool(), budget);
    options.read_ahead = {.readers = GetParam(), .budget_bytes = 1 << 20, .derive_roles = true, .pool = &pool};
    finished_ = 0;
    const auto finish = [&, reference = std::make_shared<const ReferenceData>()] {
      ++finished_;
      return reference;
    };
    std::vector<std::string> days;
    const auto encode = [&](std::shared_ptr<const DayRows> rows) {
      for (const SummaryRow& row : rows->rows) {
        if (row.data_source == DataSource::kStorage && row.node != kNullText) ++storage_rows_with_node_;
      }
      return std::make_unique<EncodedDay>(std::move(rows));
    };
    MonthRun run(plan, store, cluster, options, {.reference = finish, .encode = encode, .on_rows_folded = [](std::uint64_t) {}}, budget);
    run.deliver_days(
        [&](DayOutcome&& outcome) {
          if (outcome.encoded != nullptr) {
            EXPECT_GE(budget.used_bytes(), static_cast<std::int64_t>(outcome.encoded->rows->memory_bytes()))
                << "rows count until delivered";
          }
          days.push_back(std::to_string(day_of_month(outcome.day)) + ": " +
                         (outcome.refusal ? std::string(name_of(outcome.refusal->code())) : std::to_string(outcome.input_rows)));
          if (slow_sink_) std::this_thread::sleep_for(std::chrono::milliseconds(20));
          finished_ahead_ = std::max(finished_ahead_, finished_ - days.size());
          return days.size() < stop_after;
        },
        cancelled_);
    return days;
  }

  TempTree tree_;
  std::unique_ptr<Store> store_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<std::size_t> finished_ = 0;
  std::atomic<std::size_t> storage_rows_with_node_ = 0;
  bool slow_sink_ = false;
  std::int64_t rows_worth_learning_ = MonthRunOptions{}.rows_worth_learning;
  std::size_t finished_ahead_ = 0;  // most days that were finished and not delivered
};

using Outcomes = std::vector<std::string>;

TEST_P(MonthRuns, DaysAreDeliveredInOrder) {
  const MonthPlan plan = this->plan();
  for (int round = 0; round < 10; ++round) EXPECT_EQ(outcomes(plan, *store_), (Outcomes{"1: 2", "2: 2", "3: 2"}));
}

TEST_P(MonthRuns, ADayWithoutRowsIsDeliveredEmpty) {
  std::filesystem::remove(tree_.at(daily_pods(kTree.org_id, kTree.provider_uuid, 2)));
  EXPECT_EQ(outcomes(plan(), *store_), (Outcomes{"1: 2", "2: 0", "3: 2"}));
}

TEST_P(MonthRuns, AFileThatCannotBeOpenedRefusesItsDayOnly) {
  for (const ErrorCode code : {ErrorCode::kInputUnavailable, ErrorCode::kInputDenied, ErrorCode::kInputChanged, ErrorCode::kCorrupt}) {
    FaultyStore store(*store_, "2025-10-02", code);
    EXPECT_EQ(outcomes(plan(), store), (Outcomes{"1: 2", "2: " + std::string(name_of(code)), "3: 2"}));
  }
}

TEST_P(MonthRuns, PodsWithStorageAreFoundByAWorkerThatSawNoStorage) {
  for (const int day : {1, 2, 3}) write_storage_day(tree_, day);
  SlowStore store(*store_, "storage_usage");
  EXPECT_EQ(outcomes(plan(), store), (Outcomes{"1: 4", "2: 4", "3: 4"}));
  EXPECT_EQ(storage_rows_with_node_, 3U);
}

TEST_P(MonthRuns, WorkersThatShareALargeDayLearnItsPodsFirst) {
  rows_worth_learning_ = 0;
  for (const int day : {1, 2, 3}) write_storage_day(tree_, day);
  SlowStore store(*store_, "storage_usage");
  EXPECT_EQ(outcomes(plan(), store), (Outcomes{"1: 4", "2: 4", "3: 4"}));
  EXPECT_EQ(storage_rows_with_node_, 3U);
}

TEST_P(MonthRuns, AFileThatChangedAfterThePlanRefusesItsDay) {
  const MonthPlan plan = this->plan();
  write_day(tree_, 3, "7200.5");
  EXPECT_EQ(outcomes(plan, *store_), (Outcomes{"1: 2", "2: 2", "3: input_changed"}));
}

TEST_P(MonthRuns, AValueThatCannotBeSummedRefusesItsDay) {
  write_day(tree_, 1, "NaN");
  EXPECT_EQ(outcomes(plan(), *store_), (Outcomes{"1: bad_input", "2: 2", "3: 2"}));
}

TEST_P(MonthRuns, ARowThatStatisticsExcludeRefusesTheFile) {
  MonthPlan plan = this->plan();
  plan.groups[1].row_groups[0].days = {kThreeDays.to, kThreeDays.to};  // it holds rows of the 2nd
  plan.groups[1].days.to = kThreeDays.to;
  plan.groups[1].row_groups.insert(plan.groups[1].row_groups.end(), plan.groups[2].row_groups.begin(), plan.groups[2].row_groups.end());
  plan.groups.pop_back();
  EXPECT_EQ(outcomes(plan, *store_).back(), "3: corrupt");
}

TEST_P(MonthRuns, ARowThatStatisticsExcludeRefusesItsOwnDayToo) {
  MonthPlan plan = this->plan();
  // The row group of the 3rd says that it belongs to the 1st.
  PlannedRowGroup lying = plan.groups[2].row_groups[0];
  lying.days = {kThreeDays.from, kThreeDays.from};
  plan.groups[0].row_groups.push_back(lying);
  EXPECT_EQ(outcomes(plan, *store_), (Outcomes{"1: corrupt", "2: 2", "3: corrupt"}));
}

TEST_P(MonthRuns, FinishedDaysOfOneGroupWaitForASlowSinkAFewAtATime) {
  for (int day = 4; day <= 9; ++day) write_day(tree_, day);
  const DateRange nine_days{kThreeDays.from, make_day(2025, 10, 9)};
  MonthPlan plan = plan_month(*store_, Layout(LayoutKind::kKoku, {}), kTree, {{2025, 10}, nine_days}, {.derive_roles = true});
  DayGroup all{nine_days, {}};
  for (const DayGroup& group : plan.groups) all.row_groups.push_back(group.row_groups.at(0));
  plan.groups = {all};
  slow_sink_ = true;
  EXPECT_EQ(outcomes(plan, *store_).size(), 9U);
  EXPECT_LE(finished_ahead_, 3U) << "two that wait and one that a worker holds";
  EXPECT_GE(finished_ahead_, 1U) << "the sink need not wait for each day";
}

TEST_P(MonthRuns, WithoutMemoryDaysAreRefusedAndNothingHangs) {
  EXPECT_EQ(outcomes(plan(), *store_, 1000), (Outcomes{"1: no_memory", "2: no_memory", "3: no_memory"}));
}

TEST_P(MonthRuns, DeliveryCanStopAnywhere) {
  for (std::size_t days = 1; days <= 3; ++days) EXPECT_EQ(outcomes(plan(), *store_, 1 << 30, days).size(), days);
}

TEST_P(MonthRuns, ASignalCancelsTheRun) {
  cancelled_ = true;
  EXPECT_EQ(error_of([&] { outcomes(plan(), *store_); }).code(), ErrorCode::kCancelled);
}

INSTANTIATE_TEST_SUITE_P(Workers, MonthRuns, testing::Values(1, 2, 8), [](const auto& workers) { return std::to_string(workers.param); });

}  // namespace
}  // namespace costmill
