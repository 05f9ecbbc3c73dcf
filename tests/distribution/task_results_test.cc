#include "distribution/task_results.h"

#include <gtest/gtest.h>

#include <thread>

namespace costmill {
namespace {

const std::atomic<bool> kNotCancelled{false};

TaskReceipt receipt_of(std::uint64_t rows) {
  TaskReceipt receipt;
  receipt.figures.rows_folded = rows;
  return receipt;
}

TEST(TaskResults, WaitUntilTheyAreThere) {
  TaskResults results;
  results.expect("a");
  std::jthread late([&] { results.put("a", receipt_of(7)); });
  EXPECT_EQ(results.take("a", kNotCancelled).figures.rows_folded, 7);
}

TEST(TaskResults, TheFirstOfATaskCounts) {
  TaskResults results;
  std::uint64_t rows = 0;
  results.on_rows([&](std::uint64_t more) { rows += more; });
  results.expect("a");
  results.put("a", receipt_of(7));
  results.put("a", receipt_of(8));
  results.fail("a", Error(ErrorCode::kBug, "late"));
  results.put("of another run", receipt_of(9));
  EXPECT_EQ(rows, 7);
  EXPECT_EQ(results.take("a", kNotCancelled).figures.rows_folded, 7);
}

TEST(TaskResults, FailuresAreThrown) {
  TaskResults results;
  results.expect("a");
  results.expect("b");
  results.fail("a", Error(ErrorCode::kCorrupt, "a is bad", {.file = "f"}));
  try {
    results.take("a", kNotCancelled);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    EXPECT_EQ(error.place().file, "f");
  }
  results.fail_all(Error(ErrorCode::kSinkUnavailable, "gone"));
  EXPECT_THROW(results.take("b", kNotCancelled), Error);
}

TEST(TaskResults, WaitingEndsByASignal) {
  TaskResults results;
  results.expect("a");
  const std::atomic<bool> cancelled{true};
  EXPECT_THROW(results.take("a", cancelled), Error);
}

}  // namespace
}  // namespace costmill
