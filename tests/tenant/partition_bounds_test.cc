#include "tenant/partition_bounds.h"

#include <gtest/gtest.h>

namespace costmill {
namespace {

TEST(PartitionBounds, TheUpperBoundIsOutside) {
  const auto bounds = parse_bounds("FOR VALUES FROM ('2025-10-01') TO ('2025-11-01')");
  ASSERT_TRUE(bounds);
  EXPECT_TRUE(bounds->takes(make_day(2025, 10, 1)));
  EXPECT_TRUE(bounds->takes(make_day(2025, 10, 31)));
  EXPECT_FALSE(bounds->takes(make_day(2025, 11, 1)));
  EXPECT_FALSE(bounds->takes(make_day(2025, 9, 30)));
}

TEST(PartitionBounds, AMonthIsTouchedByItsFirstAndItsLastDay) {
  const auto week = parse_bounds("FOR VALUES FROM ('2025-10-31') TO ('2025-12-01')");
  ASSERT_TRUE(week);
  EXPECT_TRUE(week->takes_some_of({2025, 10}));
  EXPECT_TRUE(week->takes_some_of({2025, 11}));
  EXPECT_FALSE(week->takes_some_of({2025, 9}));
  EXPECT_FALSE(week->takes_some_of({2025, 12}));
}

TEST(PartitionBounds, EndlessBoundsTakeAllDays) {
  for (const char* text : {"FOR VALUES FROM (MINVALUE) TO (MAXVALUE)", "FOR VALUES FROM ('-infinity') TO ('infinity')"}) {
    const auto bounds = parse_bounds(text);
    ASSERT_TRUE(bounds) << text;
    EXPECT_TRUE(bounds->takes(make_day(1, 1, 1))) << text;
    EXPECT_TRUE(bounds->takes(make_day(9999, 12, 31))) << text;
  }
}

TEST(PartitionBounds, WhatIsNoRangeOfOneDateIsNoBounds) {
  for (const char* text : {"DEFAULT", "", "FOR VALUES IN ('2025-10-01')", "FOR VALUES FROM ('2025-10-01', 1) TO ('2025-11-01', 1)",
                           "FOR VALUES FROM ('2025-10-01') TO ('2025-11-01') more", "FOR VALUES FROM ('01.10.2025') TO ('01.11.2025')"}) {
    EXPECT_FALSE(parse_bounds(text)) << text;
  }
}

}  // namespace
}  // namespace costmill
