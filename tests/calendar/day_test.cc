#include "calendar/day.h"

#include <gtest/gtest.h>

namespace costmill {
namespace {

TEST(Day, EveryDayOfFourCenturiesFollowsTheOneBefore) {
  Day day = make_day(1900, 1, 1);
  for (int year = 1900; year <= 2300; ++year) {
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; ++month) {
      const int days = month == 2 ? (is_leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
      ASSERT_EQ(days_in_month({year, month}), days);
      ASSERT_EQ(first_day({year, month}), day);
      for (int number = 1; number <= days; ++number, day = day.next()) {
        ASSERT_EQ(make_day(year, month, number), day);
        ASSERT_EQ(month_of(day), (Month{year, month}));
        ASSERT_EQ(day_of_month(day), number);
        ASSERT_EQ(parse_day(to_string(day)), day);
      }
      ASSERT_EQ(last_day({year, month}).next(), day);
    }
  }
}

TEST(Day, TheEpochIsDayZero) {
  EXPECT_EQ(make_day(1970, 1, 1).number, 0);
  EXPECT_EQ(to_string(Day{20362}), "2025-10-01");
  EXPECT_EQ(to_string(Day{-1}), "1969-12-31");
}

TEST(Day, MillisecondsAreFlooredToTheirDay) {
  EXPECT_EQ(day_of_ms(0), Day{0});
  EXPECT_EQ(day_of_ms(kMillisecondsPerDay - 1), Day{0});
  EXPECT_EQ(day_of_ms(kMillisecondsPerDay), Day{1});
  EXPECT_EQ(day_of_ms(-1), Day{-1});
  EXPECT_EQ(day_of_ms(-kMillisecondsPerDay), Day{-1});
  EXPECT_EQ(day_of_ms(-kMillisecondsPerDay - 1), Day{-2});
}

TEST(Day, TimesBeyondEveryCalendarDoNotWrapAroundIntoARealDay) {
  EXPECT_EQ(day_of_ms(std::numeric_limits<std::int64_t>::max()).number, std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(day_of_ms(std::numeric_limits<std::int64_t>::min()).number, std::numeric_limits<std::int32_t>::min());
  // What a plain cast to 32 bits would make 2025-10-01 of.
  const std::int64_t days = 20362 + (std::int64_t{1} << 32);
  EXPECT_EQ(day_of_ms(days * kMillisecondsPerDay).number, std::numeric_limits<std::int32_t>::max());
}

TEST(Day, OnlyStrictDatesOfRealDaysParse) {
  EXPECT_EQ(parse_day("2024-02-29"), make_day(2024, 2, 29));
  for (const char* text : {"", "2025-02-29", "1900-02-29", "2025-10-00", "2025-10-32", "2025-00-10", "2025-13-01", "2025-1-01", "2025-10-1",
                           "2025/10/01", "2025-10-01 ", " 2025-10-01", "0000-01-01", "+025-10-01", "2025-10--1", "20251001"}) {
    EXPECT_EQ(parse_day(text), std::nullopt) << text;
  }
}

TEST(Month, OnlyStrictMonthsParse) {
  EXPECT_EQ(parse_month("2025-10"), (Month{2025, 10}));
  EXPECT_EQ(to_string(Month{2025, 3}), "2025-03");
  for (const char* text : {"", "2025", "2025-1", "2025-13", "2025-00", "2025-100", "25-10", "2025 10", "2025-1x"}) {
    EXPECT_EQ(parse_month(text), std::nullopt) << text;
  }
}

TEST(Month, MonthsAreOrderedAcrossYears) { EXPECT_LT((Month{2024, 12}), (Month{2025, 1})); }

}  // namespace
}  // namespace costmill
