#include "labels/java_double.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace costmill {
namespace {

std::string text_of(std::string_view json_number) { return java_text(nearest_double(json_number)); }

TEST(JavaDouble, HasOneDigitBeforeThePointAndAtLeastOneBehind) {
  EXPECT_EQ(text_of("1.5"), "1.5E0");
  EXPECT_EQ(text_of("1.0"), "1.0E0");
  EXPECT_EQ(text_of("12345.678"), "1.2345678E4");
}

TEST(JavaDouble, ExponentHasNoPlusAndNoLeadingZero) {
  EXPECT_EQ(text_of("0.1"), "1.0E-1");
  EXPECT_EQ(text_of("1e3"), "1.0E3");
  EXPECT_EQ(text_of("1E+10"), "1.0E10");
  EXPECT_EQ(text_of("1e-100"), "1.0E-100");
  EXPECT_EQ(text_of("1e00003"), "1.0E3");
}

TEST(JavaDouble, ZeroKeepsItsSign) {
  EXPECT_EQ(text_of("0.0"), "0.0E0");
  EXPECT_EQ(text_of("-0.0"), "-0.0E0");
  EXPECT_EQ(text_of("0e999999"), "0.0E0");
  EXPECT_EQ(text_of("-0.000e-5"), "-0.0E0");
}

TEST(JavaDouble, TooLargeIsInfinity) {
  EXPECT_EQ(text_of("1e309"), "Infinity");
  EXPECT_EQ(text_of("-1e309"), "-Infinity");
  EXPECT_EQ(text_of("1e99999999999999999999999"), "Infinity");
  EXPECT_EQ(text_of(std::string(400, '9') + ".5"), "Infinity");
  EXPECT_EQ(text_of("1.7976931348623159e308"), "Infinity");
  EXPECT_EQ(text_of("0." + std::string(400, '0') + "1e800"), "Infinity");
}

TEST(JavaDouble, TooSmallIsZero) {
  EXPECT_EQ(text_of("1e-400"), "0.0E0");
  EXPECT_EQ(text_of("-1e-400"), "-0.0E0");
  EXPECT_EQ(text_of("1e-99999999999999999999999"), "0.0E0");
  EXPECT_EQ(text_of("0." + std::string(500, '0') + "1"), "0.0E0");
  EXPECT_EQ(text_of(std::string(300, '9') + "e-800"), "0.0E0");
}

TEST(JavaDouble, LargestAndSmallestNumbersAreKept) {
  EXPECT_EQ(text_of("1.7976931348623157e308"), "1.7976931348623157E308");
  EXPECT_EQ(text_of("2.2250738585072014e-308"), "2.2250738585072014E-308");
  EXPECT_EQ(text_of("1" + std::string(330, '0') + "e-330"), "1.0E0");
}

TEST(JavaDouble, IsRoundedCorrectlyToTheNearestWithTiesToEven) {
  EXPECT_EQ(text_of("9007199254740993.0"), "9.007199254740992E15");
  EXPECT_EQ(text_of("9007199254740993.0000000000000000000000000000000000001"), "9.007199254740994E15");
}

TEST(JavaDouble, DigitsAreTheShortestThatGiveTheDoubleBack) {
  std::mt19937_64 random(20251001);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = java_text(value);
    ASSERT_EQ(nearest_double(text), value) << text;
    ASSERT_LE(text.find('E') - (text[0] == '-' ? 1 : 0), 18u) << text;
  }
}

}  // namespace
}  // namespace costmill
