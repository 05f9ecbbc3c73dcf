#include "summary/slot_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace costmill {
namespace {

TEST(SlotIndex, SlotsCountUpInTheOrderOfFirstSightWhateverTheTableGrowsTo) {
  std::mt19937 random(3);
  const auto id_below = [&](std::uint32_t count) { return static_cast<TextId>(random() % count); };
  SlotIndex<3> index;
  std::map<GroupKey<3>, std::uint32_t> expected;
  for (int round = 0; round < 200; ++round) {
    std::vector<GroupKey<3>> keys(random() % 500);
    for (GroupKey<3>& key : keys) {
      key = {id_below(9) == 0 ? kNullText : id_below(20), id_below(30), id_below(50)};
      expected.try_emplace(key, static_cast<std::uint32_t>(expected.size()));
    }
    std::vector<std::uint32_t> slots(keys.size());
    index.find(slots, [&](std::size_t i) { return keys[i]; });
    for (std::size_t i = 0; i < keys.size(); ++i) ASSERT_EQ(slots[i], expected.at(keys[i]));
  }
  ASSERT_EQ(index.size(), expected.size());
  EXPECT_GT(index.size(), 10000U);
  for (const auto& [key, slot] : expected) {
    EXPECT_EQ(index.key(slot), key);
    EXPECT_EQ(index.slot_of(key), slot);
  }
}

// Hours of pods: in the same order with some that end and begin, in another order, and in one order again; several pods of one key.
TEST(SlotIndex, WhateverOrderTheRowsOfAnHourComeInTheirKeysHaveTheSameSlots) {
  std::mt19937 random(4);
  const auto random_key = [&] { return GroupKey<3>{static_cast<TextId>(random() % 50), static_cast<TextId>(random() % 40), 7}; };
  std::vector<GroupKey<3>> pods(3000);
  for (GroupKey<3>& pod : pods) pod = random_key();
  SlotIndex<3> index;
  std::map<GroupKey<3>, std::uint32_t> expected;
  for (int hour = 0; hour < 40; ++hour) {
    if (hour % 10 == 9) std::shuffle(pods.begin(), pods.end(), random);
    for (std::size_t change = 0; change < 30; ++change) {
      pods.erase(pods.begin() + static_cast<std::ptrdiff_t>(random() % pods.size()));
      pods.insert(pods.begin() + static_cast<std::ptrdiff_t>(random() % pods.size()), random_key());
    }
    for (const GroupKey<3>& pod : pods) expected.try_emplace(pod, static_cast<std::uint32_t>(expected.size()));
    std::vector<std::uint32_t> slots(pods.size());
    index.find(slots, [&](std::size_t i) { return pods[i]; });
    for (std::size_t i = 0; i < pods.size(); ++i) ASSERT_EQ(slots[i], expected.at(pods[i])) << hour;
  }
}

TEST(SlotIndex, NoKeysAreNoSlots) {
  SlotIndex<2> index;
  index.find({}, [](std::size_t) { return GroupKey<2>{}; });
  EXPECT_EQ(index.size(), 0U);
  EXPECT_EQ(index.slot_of({kNullText, kNullText}), 0U);
}

}  // namespace
}  // namespace costmill
