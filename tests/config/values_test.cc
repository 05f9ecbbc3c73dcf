#include "config/values.h"

#include <gtest/gtest.h>

#include "config/nearest.h"
#include "texts/printable.h"

namespace costmill {
namespace {

TEST(Values, BooleansAreStrict) {
  for (const char* text : {"true", "yes", "on", "True", "ON"}) EXPECT_EQ(parse_bool(text), true) << text;
  for (const char* text : {"false", "no", "off", "FALSE"}) EXPECT_EQ(parse_bool(text), false) << text;
  for (const char* text : {"", "1", "0", "y", "t", "enabled", " true", "truee"}) EXPECT_FALSE(parse_bool(text)) << text;
}

TEST(Values, IntegersAreDecimalWholeTexts) {
  EXPECT_EQ(parse_integer("08"), 8);
  EXPECT_EQ(parse_integer("-3"), -3);
  EXPECT_EQ(parse_integer("+3"), 3);
  for (const char* text : {"", "3.0", "3 ", "0x10", "1e3", "99999999999999999999", "1_000"}) EXPECT_FALSE(parse_integer(text)) << text;
}

TEST(Values, NumbersAreFinite) {
  EXPECT_EQ(parse_number("0.10"), 0.1);
  EXPECT_EQ(parse_number("1e-4"), 1e-4);
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "1,5", "ten"}) EXPECT_FALSE(parse_number(text)) << text;
}

TEST(Values, SizesHaveUnits) {
  EXPECT_EQ(parse_bytes("1048576"), 1048576);
  EXPECT_EQ(parse_bytes("256MiB"), 256LL << 20);
  EXPECT_EQ(parse_bytes("256Mi"), 256LL << 20);
  EXPECT_EQ(parse_bytes("1GB"), 1'000'000'000);
  EXPECT_EQ(parse_bytes("1.5GiB"), 3LL << 29);
  EXPECT_EQ(parse_bytes("512 mib"), 512LL << 20);
  EXPECT_EQ(parse_bytes("2TiB"), 2LL << 40);
  EXPECT_EQ(parse_bytes("64B"), 64);
  for (const char* text : {"", "MiB", "1M", "1MiBs", "-1MiB", "1..5GB", "9999999999TiB", "1 GiB x"})
    EXPECT_FALSE(parse_bytes(text)) << text;
}

TEST(Values, UuidsHaveTheirDashes) {
  EXPECT_TRUE(is_uuid("84052c0d-7c4c-4f6e-9d0a-2a7d9f0d3c11"));
  EXPECT_TRUE(is_uuid("84052C0D-7C4C-4F6E-9D0A-2A7D9F0D3C11"));
  EXPECT_FALSE(is_uuid("84052c0d7c4c4f6e9d0a2a7d9f0d3c11"));
  EXPECT_FALSE(is_uuid("84052c0d-7c4c-4f6e-9d0a-2a7d9f0d3c1g"));
  EXPECT_FALSE(is_uuid("../52c0d-7c4c-4f6e-9d0a-2a7d9f0d3c11"));
}

TEST(Values, ListsAreFlowOrCommaSeparated) {
  const std::vector<std::string> expected{"app", "team name"};
  EXPECT_EQ(parse_list("app,team name"), expected);
  EXPECT_EQ(parse_list("[app, 'team name']"), expected);
  EXPECT_EQ(parse_list(" [ \"app\" , team name ] "), expected);
  EXPECT_TRUE(parse_list("[]").empty());
}

TEST(Values, ControlCharactersOfAValueAreShownAsEscapes) { EXPECT_EQ(as_shown("a\x1b[31m\n"), "'a\\x1b[31m\\x0a'"); }

TEST(Nearest, CountsASwapAsOneEdit) {
  EXPECT_EQ(edit_distance("chunk_size", "chunk_szie"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(Nearest, SuggestsOnlyWhatCanBeMeant) {
  const std::vector<std::string> keys{"chunk_size", "max_workers", "host"};
  EXPECT_EQ(nearest("chunksize", keys), "chunk_size");
  EXPECT_EQ(nearest("hosst", keys), "host");
  EXPECT_EQ(nearest("entirely_else", keys), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'x'), keys), std::nullopt);
}

}  // namespace
}  // namespace costmill
