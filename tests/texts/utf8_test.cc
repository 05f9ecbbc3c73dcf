#include "texts/utf8.h"

#include <gtest/gtest.h>

#include <random>

namespace costmill {
namespace {

using namespace std::string_view_literals;

// The definition, code point by code point, as slow as it is plain.
bool plainly_valid(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2 : (lead >> 4) == 14 ? 3 : (lead >> 3) == 30 ? 4 : 0;
    if (length == 0 || text.size() < length) return false;
    char32_t code_point = length == 1 ? lead : lead & (0xFF >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte >> 6 != 2) return false;
      code_point = code_point << 6 | (byte & 0x3F);
    }
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x1'0000};
    if (code_point < kSmallest[length] || code_point > 0x10'FFFF || (code_point >= 0xD800 && code_point < 0xE000)) return false;
    text.remove_prefix(length);
  }
  return true;
}

TEST(Utf8, WellFormedTextsOfAllLengthsAreValid) {
  EXPECT_TRUE(valid_utf8(""));
  EXPECT_TRUE(valid_utf8("plain"));
  EXPECT_TRUE(valid_utf8("a\0b"sv));
  EXPECT_TRUE(valid_utf8("\u0080\u07FF\u0800\uD7FF\uE000\uFFFF\U00010000\U0010FFFF"));
  EXPECT_TRUE(valid_utf8("eight by eight, then \u00FC and more than eight bytes behind it"));
}

TEST(Utf8, OverlongFormsAreInvalid) {
  EXPECT_FALSE(valid_utf8("\xC0\x80"));
  EXPECT_FALSE(valid_utf8("\xC1\xBF"));
  EXPECT_FALSE(valid_utf8("\xE0\x9F\xBF"));
  EXPECT_FALSE(valid_utf8("\xF0\x8F\xBF\xBF"));
}

TEST(Utf8, SurrogatesAreInvalid) {
  EXPECT_FALSE(valid_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(valid_utf8("\xED\xBF\xBF"));
}

TEST(Utf8, CodePointsAboveTheLastAreInvalid) {
  EXPECT_FALSE(valid_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(valid_utf8("\xF5\x80\x80\x80"));
  EXPECT_FALSE(valid_utf8("\xFF"));
}

TEST(Utf8, SequencesCutShortAreInvalid) {
  EXPECT_FALSE(valid_utf8("a\xC3"));
  EXPECT_FALSE(valid_utf8("a\xE2\x82"));
  EXPECT_FALSE(valid_utf8("a\xF0\x9F\x98"));
  EXPECT_FALSE(
      valid_utf8("\xC3"
                 "a"));
  EXPECT_FALSE(valid_utf8("\x80"));
}

TEST(Utf8, RandomBytesAreJudgedAsByTheDefinition) {
  std::mt19937 random(20251001);
  constexpr unsigned char kEdges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                      0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5};
  int valid = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random() % 12, 'x');
    const std::size_t changed = random() % 5;
    for (std::size_t c = 0, at = random() % 12; c < changed && at < text.size(); ++c, ++at) {
      text[at] = static_cast<char>(kEdges[random() % std::size(kEdges)]);
    }
    ASSERT_EQ(valid_utf8(text), plainly_valid(text)) << testing::PrintToString(text);
    valid += valid_utf8(text) ? 1 : 0;
  }
  EXPECT_GT(valid, 1000);
  EXPECT_LT(valid, 199'000);
}

TEST(Utf8, EveryScalarValueIsWrittenAsOneValidCodePoint) {
  for (char32_t code_point = 0; code_point <= 0x10'FFFF; ++code_point) {
    if (code_point >= 0xD800 && code_point < 0xE000) continue;
    std::string text;
    append_utf8(text, code_point);
    ASSERT_TRUE(plainly_valid(text)) << static_cast<unsigned>(code_point);
    ASSERT_TRUE(valid_utf8(text)) << static_cast<unsigned>(code_point);
    ASSERT_EQ(code_point_count(text), 1u) << static_cast<unsigned>(code_point);
    ASSERT_EQ(next_code_point(text, 0), text.size()) << static_cast<unsigned>(code_point);
  }
}

TEST(Utf8, LengthsCountCodePointsNotBytes) {
  EXPECT_EQ(code_point_count(""), 0u);
  EXPECT_EQ(code_point_count("caf\u00E9"), 4u);
  EXPECT_EQ(code_point_count("\U0001F600\U0001F600"), 2u);
}

TEST(Utf8, NextCodePointStaysInsideOfBrokenText) {
  EXPECT_EQ(next_code_point("\xF0\x9F", 0), 2u);
  EXPECT_EQ(next_code_point("\x80\x80"
                            "a",
                            0),
            2u);
}

}  // namespace
}  // namespace costmill
