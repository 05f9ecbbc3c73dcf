#include "summary/trail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace costmill {
namespace {

// Goes along the rows as an index does that knows their slots otherwise; counts the rows whose slot was guessed.
std::size_t guessed(Trail& trail, std::span<const std::uint32_t> slots) {
  std::size_t guessed = 0;
  for (std::size_t begin = 0; begin < slots.size(); begin += Trail::kBlock) {
    const auto block = slots.subspan(begin, std::min(Trail::kBlock, slots.size() - begin));
    if (!trail.is_followed()) {
      trail.append_found(block);
      continue;
    }
    Trail::Walk walk = trail.walk();
    for (const std::uint32_t slot : block) {
      if (walk.expected() == slot) {
        walk.came_as_expected();
        ++guessed;
      } else {
        walk.strayed_to(slot);
      }
    }
    trail.append(block, walk);
  }
  return guessed;
}

std::vector<std::uint32_t> hour_of(std::size_t pods) {
  std::vector<std::uint32_t> slots(pods);
  std::iota(slots.begin(), slots.end(), 0U);
  return slots;
}

TEST(Trail, AnHourLikeTheOneBeforeIsGuessed) {
  Trail trail;
  const auto hour = hour_of(10'000);
  EXPECT_EQ(guessed(trail, hour), 0U);
  guessed(trail, hour);
  EXPECT_EQ(guessed(trail, hour), hour.size());
  EXPECT_EQ(guessed(trail, hour), hour.size());
}

TEST(Trail, PodsThatEndAndBeginCostAFewGuesses) {
  Trail trail;
  auto hour = hour_of(10'000);
  for (int i = 0; i < 3; ++i) guessed(trail, hour);
  for (std::size_t i = 0; i < 100; ++i) {
    hour.erase(hour.begin() + static_cast<std::ptrdiff_t>(i * 80), hour.begin() + static_cast<std::ptrdiff_t>(i * 80 + i % 30));
    hour.insert(hour.begin() + static_cast<std::ptrdiff_t>(i * 80 + 40), static_cast<std::uint32_t>(20'000 + i));
  }
  EXPECT_GE(guessed(trail, hour), hour.size() - 200);
}

TEST(Trail, RowsInNoOrderAreLeftAlone) {
  Trail trail;
  auto hour = hour_of(10'000);
  std::mt19937 random(5);
  std::size_t walked = 0;
  for (int i = 0; i < 10; ++i) {
    std::shuffle(hour.begin(), hour.end(), random);
    walked += guessed(trail, hour);
  }
  EXPECT_LT(walked, 10U);
  EXPECT_FALSE(trail.is_followed());
}

TEST(Trail, AnOrderThatComesBackIsFollowedAgain) {
  Trail trail;
  const auto hour = hour_of(10'000);
  auto shuffled = hour;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(6));
  for (int i = 0; i < 2; ++i) guessed(trail, hour);
  guessed(trail, shuffled);
  for (int i = 0; i < 4; ++i) guessed(trail, hour);
  EXPECT_EQ(guessed(trail, hour), hour.size());
}

TEST(Trail, BlocksOfAnyLengthAreOneTrail) {
  Trail trail;
  const auto hour = hour_of(1'000);
  std::size_t last_guessed = 0;
  for (int i = 0; i < 200; ++i) {
    last_guessed = 0;
    for (std::size_t begin = 0; begin < hour.size(); begin += 37) {
      last_guessed += guessed(trail, std::span(hour).subspan(begin, std::min<std::size_t>(37, hour.size() - begin)));
    }
  }
  EXPECT_EQ(last_guessed, hour.size());
}

}  // namespace
}  // namespace costmill
