#include "decimal/decimal.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace costmill {
namespace {

std::string text_of(double value) {
  const std::optional<Decimal> decimal = to_decimal(value);
  if (!decimal) return "none";
  std::string text;
  append_decimal(text, *decimal);
  return text;
}

// The rule on digit strings, by school arithmetic: the shortest %.{n}e text that reads back, written out, rounded at 15 places.
std::string slow_text_of(double value) {
  if (!std::isfinite(value)) return "none";
  char scientific[64];
  for (int precision = 0; precision < 18; ++precision) {
    std::snprintf(scientific, sizeof scientific, "%.*e", precision, std::fabs(value));
    if (std::strtod(scientific, nullptr) == std::fabs(value)) break;
  }
  const std::string shortest = scientific;
  const std::size_t e = shortest.find('e');
  std::string digits = shortest.substr(0, e);
  if (digits.size() > 1) digits.erase(1, 1);
  int point = std::atoi(shortest.c_str() + e + 1) + 1;  // digits before the decimal point
  while (point < 1) {
    digits.insert(digits.begin(), '0');
    ++point;
  }
  digits.append(400, '0');
  const std::size_t kept = static_cast<std::size_t>(point) + 15;
  const bool up = digits[kept] >= '5';
  digits.resize(kept);
  if (up) {
    std::size_t at = digits.size();
    while (at > 0 && digits[at - 1] == '9') digits[--at] = '0';
    if (at > 0) {
      ++digits[at - 1];
    } else {
      digits.insert(digits.begin(), '1');
    }
  }
  std::string whole = digits.substr(0, digits.size() - 15);
  std::string fraction = digits.substr(digits.size() - 15);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  if (whole.size() > 18) return "none";
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  std::string text = fraction.empty() ? whole : whole + "." + fraction;
  return std::signbit(value) && text != "0" ? "-" + text : text;
}

TEST(Decimal, WritesTheShortestTextOfTheDouble) {
  EXPECT_EQ(text_of(192), "192");
  EXPECT_EQ(text_of(-76.80000000000001), "-76.80000000000001");
  EXPECT_EQ(text_of(0.1 + 0.2), "0.3");  // 0.30000000000000004 has 17 places
  EXPECT_EQ(text_of(1.1 + 2.2), "3.3");  // 3.3000000000000003 has 16
  EXPECT_EQ(text_of(3.225806451612903), "3.225806451612903");
  EXPECT_EQ(text_of(1e17), "100000000000000000");
  EXPECT_EQ(text_of(123456789012345.67), "123456789012345.67");
}

TEST(Decimal, RoundsTiesOfTheShortestTextAwayFromZero) {
  EXPECT_EQ(text_of(5e-16), "0.000000000000001");
  EXPECT_EQ(text_of(-5e-16), "-0.000000000000001");
  EXPECT_EQ(text_of(4.999999999999999e-16), "0");
  EXPECT_EQ(text_of(1e-16), "0");
  EXPECT_EQ(text_of(1.5e-15), "0.000000000000002");
  EXPECT_EQ(text_of(2.5e-15), "0.000000000000003");
  // The double nearest to the tie lies below it: the text decides, not the binary value.
  EXPECT_EQ(text_of(0.0000000000026755), "0.000000000002676");
  EXPECT_EQ(text_of(0.1234567890123455), "0.123456789012346");
  EXPECT_EQ(text_of(0.9999999999999996), "1");
  EXPECT_EQ(text_of(-0.9999999999999999), "-1");
}

TEST(Decimal, TinyAndZeroValuesAreZeroWithoutSign) {
  EXPECT_EQ(text_of(0.0), "0");
  EXPECT_EQ(text_of(-0.0), "0");
  EXPECT_EQ(text_of(std::numeric_limits<double>::denorm_min()), "0");
  EXPECT_EQ(text_of(-std::numeric_limits<double>::denorm_min()), "0");
  EXPECT_EQ(text_of(std::numeric_limits<double>::min()), "0");
  EXPECT_EQ(text_of(-1e-17), "0");
}

TEST(Decimal, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(to_decimal(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(to_decimal(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(to_decimal(-std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(to_decimal(1e18));
  EXPECT_FALSE(to_decimal(-1e18));
  EXPECT_FALSE(to_decimal(999999999999999999.9));  // is 1e18 as a double
  EXPECT_FALSE(to_decimal(std::numeric_limits<double>::max()));
  EXPECT_EQ(text_of(std::nextafter(1e18, 0)), "999999999999999900");
  EXPECT_EQ(text_of(-std::nextafter(1e18, 0)), "-999999999999999900");
}

TEST(Decimal, AgreesWithSchoolArithmeticOnRandomDoubles) {
  std::mt19937_64 random(20251001);
  std::uniform_real_distribution<double> exponent(-20, 19);
  for (int round = 0; round < 100'000; ++round) {
    double value = 0;
    switch (round % 4) {
      case 0: value = std::bit_cast<double>(random()); break;
      case 1: value = std::pow(10.0, exponent(random)); break;
      case 2: value = static_cast<double>(random() % 10'000'000) / 1e16 + static_cast<double>(random() % 3); break;
      default: value = (static_cast<double>(random() % 20'000) + 0.5) * 1e-15; break;  // ties at the last place
    }
    if (random() % 2 == 0) value = -value;
    ASSERT_EQ(text_of(value), slow_text_of(value)) << std::hexfloat << value;
  }
}

TEST(Decimal, ParseIsTheInverseOfAppend) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 100'000; ++round) {
    Decimal decimal = static_cast<Decimal>(random() % 1'000'000'000'000'000'000ULL) * (round % 3 == 0 ? 1 : 1'000'000'000'000'000);
    decimal += static_cast<Decimal>(random() % 1'000'000'000'000'000ULL);
    if (round % 2 == 0) decimal = -decimal;
    std::string text;
    append_decimal(text, decimal);
    ASSERT_EQ(parse_decimal(text), decimal) << text;
  }
}

TEST(Decimal, ParseAcceptsUntrimmedZerosOnly) {
  EXPECT_EQ(parse_decimal("1.500000000000000"), parse_decimal("1.5"));
  EXPECT_EQ(parse_decimal("1.50000000000000000000"), parse_decimal("1.5"));
  EXPECT_EQ(parse_decimal("007"), parse_decimal("7"));
  EXPECT_EQ(parse_decimal("-0.0"), Decimal{0});
  EXPECT_EQ(parse_decimal("999999999999999999.999999999999999"),
            static_cast<Decimal>(1'000'000'000'000'000'000) * 1'000'000'000'000'000 - 1);
  for (const char* text : {"", "-", ".", ".5", "5.", "+5", "1e3", "NaN", " 1", "1 ", "1,5", "--1", "1.-5", "1000000000000000000",
                           "0.0000000000000001", "\\N", "1.5.0"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
}

}  // namespace
}  // namespace costmill
