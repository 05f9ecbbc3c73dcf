#include "postgres/binary_copy.h"

#include <gtest/gtest.h>

namespace costmill {
namespace {

std::string numeric(double value) {
  std::string bytes;
  append_numeric(bytes, to_decimal(value).value());
  return bytes;
}

std::string int16s(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) append_int16(bytes, static_cast<std::int16_t>(value));
  return bytes;
}

// digit count, weight, sign, scale, digits: as numeric_send of PostgreSQL writes them.
TEST(BinaryNumeric, HasGroupsOfFourDigitsFromTheFirstThatIsNotZero) {
  EXPECT_EQ(numeric(0), int16s({0, 0, 0, 15}));
  EXPECT_EQ(numeric(-0.0), int16s({0, 0, 0, 15}));
  EXPECT_EQ(numeric(1), int16s({1, 0, 0, 15, 1}));
  EXPECT_EQ(numeric(-76.5), int16s({2, 0, 0x4000, 15, 76, 5000}));
  EXPECT_EQ(numeric(123456.789), int16s({3, 1, 0, 15, 12, 3456, 7890}));
  EXPECT_EQ(numeric(20000), int16s({1, 1, 0, 15, 2}));
  EXPECT_EQ(numeric(1e17), int16s({1, 4, 0, 15, 10}));
  EXPECT_EQ(numeric(0.00005), int16s({1, -2, 0, 15, 5000}));
  EXPECT_EQ(numeric(1e-15), int16s({1, -4, 0, 15, 10}));
}

TEST(BinaryNumeric, HoldsTheLargestNumber) {
  std::string bytes;
  append_numeric(bytes, parse_decimal("-999999999999999999.999999999999999").value());
  EXPECT_EQ(bytes, int16s({9, 4, 0x4000, 15, 99, 9999, 9999, 9999, 9999, 9999, 9999, 9999, 9990}));
}

TEST(BinaryDate, CountsFromTheYear2000) {
  std::string bytes;
  append_date(bytes, parse_day("2000-01-01").value());
  append_date(bytes, parse_day("1999-12-31").value());
  append_date(bytes, parse_day("2025-10-15").value());
  EXPECT_EQ(bytes, std::string("\0\0\0\0\xFF\xFF\xFF\xFF\0\0\x24\xCB", 12));
}

TEST(BinaryUuid, IsSixteenBytes) {
  std::string bytes;
  append_uuid(bytes, "01234567-89ab-cdef-ABCD-EF0123456789");
  EXPECT_EQ(bytes, "\x01\x23\x45\x67\x89\xab\xcd\xef\xab\xcd\xef\x01\x23\x45\x67\x89");
}

TEST(BinaryJsonb, HasAVersionBeforeItsText) {
  std::string bytes;
  append_jsonb(bytes, "{}");
  EXPECT_EQ(bytes, "\x01{}");
}

}  // namespace
}  // namespace costmill
