// Against exact rational arithmetic, so that the expectation shares no rounding with the code.
#include "summary/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <boost/multiprecision/cpp_int.hpp>
#include <limits>
#include <random>
#include <vector>

#include "special_numbers.h"

namespace costmill {
namespace {

using Integer = boost::multiprecision::cpp_int;

// A value as a multiple of 2^-kReferenceBits, exactly: every double of a test is one.
constexpr int kReferenceBits = 1074;

Integer exact(double value) {
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);  // value = mantissa * 2^exponent
  const auto digits = static_cast<std::int64_t>(std::ldexp(mantissa, 53));
  const int shift = exponent - 53 + kReferenceBits;
  const Integer magnitude = shift >= 0 ? Integer(Integer(std::abs(digits)) << shift) : Integer(Integer(std::abs(digits)) >> -shift);
  return digits < 0 ? Integer(-magnitude) : magnitude;
}

// To a multiple of 2^bits, half to even.
Integer rounded(const Integer& value, int bits) {
  if (bits <= 0) return value;
  const Integer magnitude = abs(value);
  Integer quotient = magnitude >> bits;
  const Integer rest = magnitude - (quotient << bits);
  const Integer half = Integer(1) << (bits - 1);
  if (rest > half || (rest == half && (quotient & 1) != 0)) ++quotient;
  const Integer result = quotient << bits;
  return value < 0 ? Integer(-result) : result;
}

// The nearest double of value * 2^-kReferenceBits, half to even.
double nearest(const Integer& value) {
  if (value == 0) return 0;
  const int width = static_cast<int>(msb(Integer(abs(value)))) + 1;
  const int surplus = std::max(0, width - 53);
  const auto digits = Integer(rounded(value, surplus) >> surplus).convert_to<std::int64_t>();
  return std::ldexp(static_cast<double>(digits), surplus - kReferenceBits);
}

template <int kFractionBits>
double expected_sum(const std::vector<double>& values) {
  Integer total = 0;
  for (const double value : values) total += rounded(exact(value), kReferenceBits - kFractionBits);
  return nearest(total);
}

std::vector<double> random_values(std::mt19937_64& random, double smallest, double largest, std::size_t count) {
  std::uniform_real_distribution<double> exponent(std::log2(smallest), std::log2(largest));
  std::vector<double> values(count);
  for (double& value : values) {
    value = std::exp2(exponent(random));
    if (random() % 2 == 0) value = -value;
    if (random() % 16 == 0) value = std::trunc(value);
    if (random() % 8 == 0) value = -values[0];  // cancels now and then
  }
  return values;
}

// Cut into folds of their own, which are merged in random order.
template <typename Sum>
Sum merged_sum(const std::vector<double>& values, std::mt19937_64& random) {
  std::vector<Sum> parts(1 + random() % 5);
  for (const double value : values) EXPECT_EQ(parts[random() % parts.size()].add(value), SumStatus::kOk);
  std::shuffle(parts.begin(), parts.end(), random);
  Sum total;
  for (const Sum& part : parts) total.add(part);
  return total;
}

template <int kFractionBits>
void expect_exact_in_any_order(double smallest, double largest) {
  std::mt19937_64 random(20251001);
  for (int round = 0; round < 400; ++round) {
    std::vector<double> values = random_values(random, smallest, largest, 1 + random() % 200);
    const double expected = expected_sum<kFractionBits>(values);
    for (int order = 0; order < 4; ++order) {
      std::shuffle(values.begin(), values.end(), random);
      const auto sum = merged_sum<ExactSum<kFractionBits>>(values, random);
      ASSERT_TRUE(sum.fits());
      ASSERT_EQ(std::bit_cast<std::uint64_t>(sum.value() + 0.0), std::bit_cast<std::uint64_t>(expected + 0.0))
          << "round " << round << ": " << sum.value() << " instead of " << expected;
    }
  }
}

TEST(ExactSum, CoreSecondsOfThirtyTwoOrdersOfMagnitudeAreExactInAnyOrder) { expect_exact_in_any_order<60>(1e-15, 1e17); }

TEST(ExactSum, ByteSecondsOfThirtyOrdersOfMagnitudeAreExactInAnyOrder) { expect_exact_in_any_order<30>(1e-6, 1e24); }

TEST(ExactSum, GroupHoursAreExactInAnyOrder) { expect_exact_in_any_order<72>(1e-18, 1e12); }

TEST(ExactSum, ValuesAreRoundedToTheResolutionHalfToEven) {
  const auto sum_of = [](double value) {
    ByteSecondsSum sum;
    EXPECT_EQ(sum.add(value), SumStatus::kOk);
    return sum.value();
  };
  EXPECT_EQ(sum_of(0x1p-31), 0);        // half of the resolution, down to even
  EXPECT_EQ(sum_of(0x3p-31), 0x2p-30);  // one and a half, up to even
  EXPECT_EQ(sum_of(-0x3p-31), -0x2p-30);
  EXPECT_EQ(sum_of(0x1.0001p-31), 0x1p-30);  // a little more than half
}

TEST(ExactSum, TheTotalIsRoundedOnceToTheNearestDouble) {
  CoreSecondsSum sum;
  ASSERT_EQ(sum.add(0x1p53), SumStatus::kOk);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(sum.add(0.5), SumStatus::kOk);  // each alone would be lost
  EXPECT_EQ(sum.value(), 0x1p53 + 2);
}

TEST(ExactSum, ASumThatLeavesItsRangeAndComesBackFits) {
  constexpr double kLarge = 0x1.8p125 / 0x1p60;  // two of them are beyond 2^126, three beyond 2^127
  std::mt19937_64 random(1);
  std::vector<double> values(8, kLarge);
  values.insert(values.end(), 8, -kLarge);
  values.push_back(42);
  for (int round = 0; round < 200; ++round) {
    std::shuffle(values.begin(), values.end(), random);
    const auto sum = merged_sum<CoreSecondsSum>(values, random);
    ASSERT_TRUE(sum.fits());
    ASSERT_EQ(sum.value(), 42);
  }
}

TEST(ExactSum, APartThatLeftTheRangeIsBroughtBackByAnother) {
  CoreSecondsSum high;
  CoreSecondsSum low;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(high.add(0x1.8p65), SumStatus::kOk);
    ASSERT_EQ(low.add(-0x1.8p65), SumStatus::kOk);
  }
  ASSERT_EQ(low.add(42), SumStatus::kOk);
  ASSERT_FALSE(high.fits());
  ASSERT_FALSE(low.fits());
  high.add(low);
  EXPECT_TRUE(high.fits());
  EXPECT_EQ(high.value(), 42);
}

TEST(ExactSum, ATotalBeyondTheRangeDoesNotFitInAnyOrder) {
  constexpr double kLarge = 0x1.8p125 / 0x1p60;
  std::mt19937_64 random(2);
  for (const double sign : {1.0, -1.0}) {
    std::vector<double> values(6, sign * kLarge);
    values.insert(values.end(), 3, -sign * kLarge);
    for (int round = 0; round < 200; ++round) {
      std::shuffle(values.begin(), values.end(), random);
      ASSERT_FALSE(merged_sum<CoreSecondsSum>(values, random).fits());
    }
  }
}

TEST(ExactSum, ValuesThatAreNoFiniteNumberOrTooLargeAreRefusedAndLeaveTheSum) {
  CoreSecondsSum sum;
  ASSERT_EQ(sum.add(1.5), SumStatus::kOk);
  EXPECT_EQ(sum.add(std::nan("")), SumStatus::kNotFinite);
  EXPECT_EQ(sum.add(kInfinity), SumStatus::kNotFinite);
  EXPECT_EQ(sum.add(-kInfinity), SumStatus::kNotFinite);
  EXPECT_EQ(sum.add(0x1p66), SumStatus::kOverflow);
  EXPECT_EQ(sum.add(-1e300), SumStatus::kOverflow);
  EXPECT_EQ(sum.value(), 1.5);
  EXPECT_EQ(sum.add(std::nextafter(0x1p66, 0)), SumStatus::kOk);
  ByteSecondsSum bytes;
  EXPECT_EQ(bytes.add(std::nextafter(0x1p96, 0)), SumStatus::kOk);
  EXPECT_EQ(bytes.add(0x1p96), SumStatus::kOverflow);
}

TEST(ExactSum, AFanOutMultipliesTheExactSumAndNotTheRoundedOne) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    const std::vector<double> values = random_values(random, 1e-12, 1e12, 50);
    const auto count = static_cast<std::int64_t>(1 + random() % 1000);
    CoreSecondsSum once;
    for (const double value : values) ASSERT_EQ(once.add(value), SumStatus::kOk);
    CoreSecondsSum multiplied;
    ASSERT_EQ(multiplied.add(once, count), SumStatus::kOk);
    Integer total = 0;
    for (const double value : values) total += rounded(exact(value), kReferenceBits - 60);
    ASSERT_EQ(multiplied.value(), nearest(total * count));
  }
}

TEST(ExactSum, AProductBeyondTheRangeIsAnOverflow) {
  CoreSecondsSum once;
  ASSERT_EQ(once.add(0x1p60), SumStatus::kOk);
  CoreSecondsSum total;
  EXPECT_EQ(total.add(once, 127), SumStatus::kOk);
  EXPECT_EQ(total.add(once, 128), SumStatus::kOverflow);
}

}  // namespace
}  // namespace costmill
