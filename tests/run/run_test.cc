#include "run/run.h"

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

TEST_F(Runs, NodesAreUpdatedInADatabaseOnly) {
  config_.run.update_nodes = true;
  config_.run.reference = "csv:tables";
  const Error error = error_of([&] { run(config_, events_, cancelled_); });
  EXPECT_EQ(error.code(), ErrorCode::kBadConfig);
  EXPECT_NE(std::string(error.what()).find("give --reference or --sink postgresql://"), std::string::npos);
}

}  // namespace
}  // namespace costmill
