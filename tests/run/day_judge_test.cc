#include "run/day_judge.h"

#include <gtest/gtest.h>

namespace costmill {
namespace {

const Day kDay = make_day(2025, 10, 2);

std::uint64_t missing(const std::string& hours_from_midnight, const std::set<Day>& days_with_rows) {
  std::bitset<24> hours;
  for (std::size_t hour = 0; hour < 24; ++hour) hours[hour] = hours_from_midnight[hour] == '1';
  DaySanity sanity;
  look_for_missing_hours(kDay, hours, days_with_rows, sanity);
  return sanity[SanityCheck::kMissingHours].count;
}

constexpr const char* kMiddle = "000111011111111111111000";

// F11
TEST(MissingHours, BetweenOthersAlwaysCount) { EXPECT_EQ(missing(kMiddle, {}), 1U); }

TEST(MissingHours, AtTheEndsOfADayCountOnlyBesideOtherDays) {
  EXPECT_EQ(missing(kMiddle, {kDay}), 1U);
  EXPECT_EQ(missing(kMiddle, {make_day(2025, 10, 1)}), 4U);
  EXPECT_EQ(missing(kMiddle, {make_day(2025, 10, 3)}), 4U);
  EXPECT_EQ(missing(kMiddle, {make_day(2025, 10, 1), make_day(2025, 10, 3)}), 7U);
}

TEST(MissingHours, ADayOfDailyRowsOnlyLacksAll) { EXPECT_EQ(missing(std::string(24, '0'), {}), 24U); }

DayOutcome day_with_rows(Day day, double rows) {
  DayOutcome outcome{.day = day, .encoded = nullptr};
  outcome.totals.values[DayTotals::kRows] = rows;
  return outcome;
}

TEST(DayJudge, ARefusedDayIsNoMeasureForLaterOnes) {
  const RunEvents events;
  DayJudge judge(true, events);
  DayHistory history;
  const MonthPlan plan;
  EXPECT_FALSE(judge.judge(plan, day_with_rows(kDay, 10'000), history));
  EXPECT_TRUE(judge.judge(plan, day_with_rows(kDay.next(), 2'000'000), history));
  EXPECT_TRUE(judge.judge(plan, day_with_rows(kDay.next().next(), 2'000'000), history));
}

TEST(DayJudge, OnlyTheLastSevenDaysAreLookedAt) {
  const RunEvents events;
  DayJudge judge(true, events);
  DayHistory history;
  const MonthPlan plan;
  EXPECT_FALSE(judge.judge(plan, day_with_rows(kDay, 10'000), history));
  EXPECT_TRUE(judge.judge(plan, day_with_rows({kDay.number + 7}, 2'000'000), history));
  EXPECT_FALSE(judge.judge(plan, day_with_rows({kDay.number + 8}, 2'000'000), history));
}

}  // namespace
}  // namespace costmill
