#include "memory/memory.h"

#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "costmill/error.h"
#include "costmill/memory_tools.h"

namespace costmill {
namespace {

TEST(MemoryBudget, ReservesUpToItsLimitAndNoFurther) {
  MemoryBudget budget(100);
  EXPECT_TRUE(budget.try_reserve(60));
  EXPECT_TRUE(budget.try_reserve(40));
  EXPECT_FALSE(budget.try_reserve(1));
  EXPECT_EQ(budget.used_bytes(), 100);
  budget.release(50);
  EXPECT_TRUE(budget.try_reserve(50));
}

TEST(MemoryBudget, GivingBackIsAlwaysPossible) {
  MemoryBudget budget(100);
  ASSERT_TRUE(budget.try_reserve(100));
  EXPECT_TRUE(budget.try_reserve(-30));
  EXPECT_EQ(budget.used_bytes(), 70);
}

TEST(MemoryBudget, ReserveThrowsAndSaysWhoseMemoryItIsAndWhatToDo) {
  MemoryBudget budget(64 << 20);
  try {
    budget.reserve(100 << 20, "the tables of a day");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNoMemory);
    for (const char* part : {"the tables of a day", "64 MiB", "performance.memory_limit"}) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(budget.used_bytes(), 0);
}

TEST(MemoryBudget, CountsRightUnderManyThreads) {
  MemoryBudget budget(1000);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10'000; ++round) {
        if (budget.try_reserve(300)) budget.release(300);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(budget.used_bytes(), 0);
}

TEST(MemoryShare, GrowsShrinksAndGivesAllBack) {
  MemoryBudget budget(100);
  {
    MemoryShare share(budget, "x");
    share.resize(80);
    EXPECT_EQ(budget.used_bytes(), 80);
    share.resize(30);
    EXPECT_EQ(budget.used_bytes(), 30);
    EXPECT_THROW(share.resize(101), Error);
    EXPECT_EQ(budget.used_bytes(), 30) << "a refused growth changes nothing";
  }
  EXPECT_EQ(budget.used_bytes(), 0);
}

TEST(CappedPool, AllocatesWithinTheBudgetAndGivesBack) {
  MemoryBudget budget(10'000);
  CappedPool pool(*arrow::default_memory_pool(), budget);
  {
    auto buffer = arrow::AllocateResizableBuffer(4000, &pool).ValueOrDie();
    EXPECT_GE(budget.used_bytes(), 4000);
    EXPECT_TRUE(buffer->Resize(8000).ok());
    EXPECT_GE(budget.used_bytes(), 8000);
  }
  EXPECT_EQ(budget.used_bytes(), 0);
}

TEST(CappedPool, BeyondTheBudgetArrowSeesOutOfMemory) {
  MemoryBudget budget(10'000);
  CappedPool pool(*arrow::default_memory_pool(), budget);
  EXPECT_TRUE(arrow::AllocateBuffer(20'000, &pool).status().IsOutOfMemory());
  auto buffer = arrow::AllocateResizableBuffer(5000, &pool).ValueOrDie();
  const std::int64_t used = budget.used_bytes();
  EXPECT_TRUE(buffer->Resize(50'000).IsOutOfMemory());
  EXPECT_EQ(budget.used_bytes(), used);
}

}  // namespace
}  // namespace costmill
