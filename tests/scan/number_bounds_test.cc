#include "scan/number_bounds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace costmill {
namespace {

NumberColumn column_of(std::vector<double> values) { return {.values = std::move(values), .valid = {}, .has_nulls = false}; }

// F03
TEST(NumberBounds, AValueBeyondTheStatisticsIsAViolation) {
  const NumberBounds bounds{.least = 1, .largest = 4, .no_nulls = true};
  for (std::size_t at = 0; at < 9; ++at) {
    for (const double bad : {0.999, 4.001, -1e300, std::numeric_limits<double>::infinity()}) {
      NumberColumn column = column_of(std::vector<double>(9, 2.0));
      column.values[at] = bad;
      EXPECT_NE(bounds.violation(column).find("statistics say 1 to 4"), std::string::npos) << at << ' ' << bad;
    }
  }
}

TEST(NumberBounds, ValuesWithinPassAndTheColumnKnowsItsBounds) {
  NumberColumn column = column_of({1, 4, 2.5});
  EXPECT_EQ((NumberBounds{.least = 1, .largest = 4, .no_nulls = true}.violation(column)), "");
  EXPECT_EQ(column.least, 1);
  EXPECT_EQ(column.largest, 4);
}

TEST(NumberBounds, ZerosOfEitherSignAreEqual) {
  NumberColumn column = column_of({-0.0, 0.0});
  EXPECT_EQ((NumberBounds{.least = 0.0, .largest = -0.0, .no_nulls = true}.violation(column)), "");
}

TEST(NumberBounds, ANanIsNoViolationButLeavesNoBounds) {
  for (const double sign : {1.0, -1.0}) {
    NumberColumn column = column_of({1, std::copysign(std::nan(""), sign), 2});
    EXPECT_EQ((NumberBounds{.least = 1, .largest = 4, .no_nulls = true}.violation(column)), "");
    EXPECT_FALSE(column.surely_within(1e300));
  }
}

TEST(NumberBounds, NullsStandAsZeroWithinTheColumnsBoundsAndAreAViolationWhereThereAreNone) {
  NumberColumn column{.values = {0, 2}, .valid = {0, 1}, .has_nulls = true};
  EXPECT_EQ((NumberBounds{.least = 1, .largest = 4, .no_nulls = false}.violation(column)), "");
  EXPECT_EQ(column.least, 0);
  EXPECT_NE((NumberBounds{.least = 1, .largest = 4, .no_nulls = true}.violation(column)), "");
  column.values[1] = 0.5;
  EXPECT_NE((NumberBounds{.least = 1, .largest = 4, .no_nulls = false}.violation(column)), "");
}

}  // namespace
}  // namespace costmill
