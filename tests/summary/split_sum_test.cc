// A split sum gives what the exact sum gives, to the last bit.
#include "summary/split_sum.h"

#include <gtest/gtest.h>

#include <random>

namespace costmill {
namespace {

template <typename Sum>
class SplitSums : public testing::Test {};
using Resolutions = testing::Types<CoreSecondsSum, ByteSecondsSum, GroupHoursSum>;
TYPED_TEST_SUITE(SplitSums, Resolutions);

TYPED_TEST(SplitSums, ValuesOfAllSizesSumToTheSame) {
  using Split = SplitSum<TypeParam::kFraction>;
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    Split split;
    TypeParam expected;
    for (int i = 0; i < 100; ++i) {
      // Mantissas at random, exponents from far below the resolution up to the largest usual value.
      const double mantissa = static_cast<double>(random() >> 11U) * 0x1p-53;
      const double value =
          std::ldexp(random() % 2 == 0 ? mantissa : -mantissa, 85 - TypeParam::kFraction - static_cast<int>(random() % 120));
      ASSERT_LT(std::fabs(value), Split::kUsual);
      split.add_usual(value);
      ASSERT_EQ(expected.add(value), SumStatus::kOk);
      if (random() % 10 == 0) {
        ASSERT_FALSE(split.carry());
      }
    }
    ASSERT_EQ(split.exact().value(), expected.value());
  }
}

TYPED_TEST(SplitSums, FourAtOnceSumToWhatEachSumsTo) {
  using Split = SplitSum<TypeParam::kFraction>;
  std::mt19937_64 random(8);
  std::array<Split, 4> together;
  std::array<Split, 4> alone;
  for (int i = 0; i < 10'000; ++i) {
    std::array<double, 4> values;
    for (std::size_t k = 0; k < values.size(); ++k) {
      const double mantissa = static_cast<double>(static_cast<std::int64_t>(random()) >> 11U) * 0x1p-52;
      values[k] = std::ldexp(mantissa, 84 - TypeParam::kFraction - static_cast<int>(random() % 120));
      alone[k].add_usual(values[k]);
    }
    add_usual(together, values);
  }
  for (std::size_t k = 0; k < alone.size(); ++k) EXPECT_EQ(together[k].exact().value(), alone[k].exact().value()) << k;
}

TYPED_TEST(SplitSums, HalfUnitsGoToTheEvenUnit) {
  const double unit = std::ldexp(1.0, -TypeParam::kFraction);
  for (const double units : {0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.5 + 0x1p43, 1.5 + 0x1p43, -0.5 - 0x1p42}) {
    SplitSum<TypeParam::kFraction> split;
    split.add_usual(units * unit);
    TypeParam expected;
    ASSERT_EQ(expected.add(units * unit), SumStatus::kOk);
    EXPECT_EQ(split.exact().value(), expected.value()) << units;
  }
}

TYPED_TEST(SplitSums, TheLargestValuesDoNotOverflowBetweenCarries) {
  using Split = SplitSum<TypeParam::kFraction>;
  for (const double value : {std::nextafter(Split::kUsual, 0), std::nextafter(-Split::kUsual, 0)}) {
    Split split;
    TypeParam total;
    TypeParam expected;
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < Split::kAdditionsBetweenCarries; ++i) split.add_usual(value);
      if (!split.carry()) continue;
      total.add(split.exact());
      split = {};
    }
    total.add(split.exact());
    TypeParam once;
    ASSERT_EQ(once.add(value), SumStatus::kOk);
    ASSERT_EQ(expected.add(once, 3 * static_cast<std::int64_t>(Split::kAdditionsBetweenCarries)), SumStatus::kOk);
    EXPECT_EQ(total.value(), expected.value());
  }
}

}  // namespace
}  // namespace costmill
