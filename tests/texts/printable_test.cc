#include "texts/printable.h"

#include <gtest/gtest.h>

#include <random>

#include "texts/utf8.h"

namespace costmill {
namespace {

TEST(Printable, TextsOfPeopleStayAsTheyAre) {
  for (const char* text : {"", "kube-system", "a b", "\xC3\xA4\xC3\xB6", "\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x92\xB0", "C:\\x1b"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, WhatSteersATerminalBecomesVisible) {
  EXPECT_EQ(printable("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m");
  EXPECT_EQ(printable(std::string_view("a\0\t\r\nb\x7f", 7)), "a\\x00\\x09\\x0d\\x0ab\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J"),
            "\\x9b2J");  // U+009B, what ESC [ is in eight bits
  EXPECT_EQ(printable("\x9B"
                      "2J"),
            "\\x9b2J");  // and the byte itself
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "txt"),
            "\\u{202e}txt");  // right to left
  EXPECT_EQ(printable("\xE2\x81\xA6\xE2\x81\xA9"), "\\u{2066}\\u{2069}");
  EXPECT_EQ(printable("a\xE2\x80\xA8"
                      "b\xE2\x80\xA9"),
            "a\\u{2028}b\\u{2029}");
}

TEST(Printable, BytesThatAreNoUtf8AreShownOneByOne) {
  EXPECT_EQ(printable("a\x80"), "a\\x80");
  EXPECT_EQ(printable("\xC0\xAF"), "\\xc0\\xaf");             // overlong
  EXPECT_EQ(printable("\xED\xA0\x80z"), "\\xed\\xa0\\x80z");  // a surrogate
  EXPECT_EQ(printable("\xF0\x9F\x92"), "\\xf0\\x9f\\x92");    // cut short
}

// F35
TEST(Printable, WhateverComesInOneValidLineOfUtf8GoesOut) {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += static_cast<char>(random() % 3 == 0 ? 0x80 + random() % 0x80 : random() % 256);
    const std::string shown = printable(text);
    ASSERT_TRUE(valid_utf8(shown));
    ASSERT_EQ(printable(shown), shown);
    for (const char c : shown) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
}

TEST(Shown, LongTextsAreCutBetweenCharacters) {
  EXPECT_EQ(as_shown("a\nb"), "'a\\x0ab'");
  EXPECT_EQ(as_shown(std::string(80, 'x')), "'" + std::string(80, 'x') + "'");
  EXPECT_EQ(as_shown(std::string(100'000, 'x')), "'" + std::string(80, 'x') + "...'");
  EXPECT_EQ(as_shown(std::string(500, '\x80')).substr(0, 9), "'\\x80\\x80");
  EXPECT_EQ(as_shown(std::string(79, 'x') + "\xC3\xA4\xC3\xA4"), "'" + std::string(79, 'x') + "...'");
}

}  // namespace
}  // namespace costmill
