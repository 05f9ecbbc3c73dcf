#include "plan/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace costmill {
namespace {

TEST(InParallel, EachPieceIsDoneOnce) {
  for (const int threads : {0, 1, 3, 100}) {
    std::vector<std::atomic<int>> done(57);
    for_each_in_parallel(done.size(), threads, [&](std::size_t i) { ++done[i]; });
    for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
  }
  for_each_in_parallel(0, 4, [](std::size_t) { FAIL(); });
}

TEST(InParallel, AFailureIsThrownAndEndsTheRest) {
  std::atomic<int> begun{0};
  const auto fail_at_third = [&](std::size_t i) {
    ++begun;
    if (i == 2) throw std::runtime_error("third");
  };
  EXPECT_THROW(for_each_in_parallel(1'000'000, 1, fail_at_third), std::runtime_error);
  EXPECT_EQ(begun, 3);
  EXPECT_THROW(for_each_in_parallel(1'000'000, 4, fail_at_third), std::runtime_error);
}

}  // namespace
}  // namespace costmill
