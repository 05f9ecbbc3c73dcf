#include "sanity/day_sanity.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "sanity/day_totals.h"

namespace costmill {
namespace {

TEST(DaySanity, ExampleIsTheLeastAndCountsAddUpInAnyOrder) {
  DaySanity a;
  a.add(SanityCheck::kNegativeValue, SanityExample{2, 5, "late"}, 3);
  DaySanity b;
  b.add(SanityCheck::kNegativeValue, SanityExample{2, 4, "first"}, 1);
  b.add(SanityCheck::kMissingHours, "hour 3");
  b.add(SanityCheck::kMissingHours, "hour 2");
  DaySanity ab = a;
  ab.merge(b);
  DaySanity ba = b;
  ba.merge(a);
  EXPECT_EQ(ab, ba);
  EXPECT_EQ(ab[SanityCheck::kNegativeValue].count, 4U);
  EXPECT_EQ(ab[SanityCheck::kNegativeValue].example.what, "first");
  EXPECT_EQ(ab[SanityCheck::kMissingHours].example.what, "hour 2");
}

TEST(DaySanity, NothingFoundIsNothing) {
  DaySanity sanity;
  sanity.add(SanityCheck::kOddName, "x", 0);
  EXPECT_FALSE(sanity.any());
}

TEST(DaySanity, EveryCheckHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kSanityChecks; ++i) names.insert(def_of(static_cast<SanityCheck>(i)).name);
  EXPECT_EQ(names.size(), kSanityChecks);
  EXPECT_FALSE(names.contains(""));
}

DayTotals rows(double count) {
  DayTotals totals;
  totals.values[DayTotals::kRows] = count;
  return totals;
}

std::uint64_t jumps(double today, const std::vector<double>& before) {
  std::vector<DayTotals> days;
  for (const double count : before) days.push_back(rows(count));
  DaySanity sanity;
  look_for_jumps(rows(today), days, sanity);
  return sanity[SanityCheck::kTotalsJump].count;
}

TEST(DayTotals, AHundredfoldOfEveryDayBeforeIsAJump) {
  EXPECT_EQ(jumps(1'000'000, {9'000, 10'000}), 1U);
  EXPECT_EQ(jumps(999'999, {9'000, 10'000}), 0U);
}

TEST(DayTotals, AHundredthOfEveryDayBeforeIsAJump) {
  EXPECT_EQ(jumps(100, {10'000, 20'000}), 1U);
  EXPECT_EQ(jumps(0, {10'000, 20'000}), 1U);
  EXPECT_EQ(jumps(101, {10'000, 20'000}), 0U);
}

TEST(DayTotals, ASmallClusterMayJump) {
  EXPECT_EQ(jumps(9'999, {1}), 0U);
  EXPECT_EQ(jumps(1, {9'999}), 0U);
}

TEST(DayTotals, WithoutDaysBeforeNothingJumps) {
  EXPECT_EQ(jumps(1'000'000'000, {}), 0U);
  EXPECT_EQ(jumps(1'000'000'000, {0}), 0U);  // something that begins
}

}  // namespace
}  // namespace costmill
