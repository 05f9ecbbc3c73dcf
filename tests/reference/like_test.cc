#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "reference/reference_data.h"

namespace costmill {
namespace {

TEST(Like, WithoutWildcardsOnlyTheSameTextMatches) {
  EXPECT_TRUE(matches_like("openshift", "openshift"));
  EXPECT_FALSE(matches_like("openshift-dns", "openshift"));
  EXPECT_FALSE(matches_like("my-openshift", "openshift"));
  EXPECT_FALSE(matches_like("openshif", "openshift"));
}

TEST(Like, EmptyPatternMatchesOnlyTheEmptyText) {
  EXPECT_TRUE(matches_like("", ""));
  EXPECT_FALSE(matches_like("a", ""));
  EXPECT_FALSE(matches_like("", "a"));
}

TEST(Like, PercentIsAnyRunAlsoAnEmptyOne) {
  EXPECT_TRUE(matches_like("openshift-", "openshift-%"));
  EXPECT_TRUE(matches_like("openshift-dns", "openshift-%"));
  EXPECT_FALSE(matches_like("openshift", "openshift-%"));
  EXPECT_TRUE(matches_like("", "%"));
  EXPECT_TRUE(matches_like("", "%%"));
  EXPECT_TRUE(matches_like("abc", "%%c"));
  EXPECT_TRUE(matches_like("a-kube-b", "%kube%"));
  EXPECT_TRUE(matches_like("aXbXc", "a%X%c"));
  EXPECT_FALSE(matches_like("aXbXd", "a%X%c"));
}

TEST(Like, PercentTakesNewlinesToo) { EXPECT_TRUE(matches_like("a\n\r\nb", "a%b")); }

TEST(Like, UnderscoreIsOneCharacter) {
  EXPECT_TRUE(matches_like("abc", "a_c"));
  EXPECT_TRUE(matches_like("a\nc", "a_c"));
  EXPECT_FALSE(matches_like("ac", "a_c"));
  EXPECT_FALSE(matches_like("abbc", "a_c"));
  EXPECT_FALSE(matches_like("", "_"));
  EXPECT_TRUE(matches_like("abc", "_%_"));
  EXPECT_FALSE(matches_like("a", "_%_"));
}

TEST(Like, CharactersAreCodePointsNotBytes) {
  EXPECT_TRUE(matches_like("caf\u00E9", "caf_"));
  EXPECT_TRUE(matches_like("\U0001F600", "_"));
  EXPECT_FALSE(matches_like("\U0001F600", "__"));
  EXPECT_FALSE(matches_like("\U0001F600", "%__"));
  EXPECT_FALSE(matches_like("e\u0301", "_"));
  EXPECT_TRUE(matches_like("x\u00E9\u00E9y", "%\u00E9_"));
}

TEST(Like, BackslashAndBracketsAreLiteral) {
  EXPECT_TRUE(matches_like("a\\b", "a\\b"));
  EXPECT_TRUE(matches_like("a\\xyz", "a\\%"));
  EXPECT_FALSE(matches_like("a%", "a\\%"));
  EXPECT_TRUE(matches_like("[ab]*?.", "[ab]*?."));
  EXPECT_FALSE(matches_like("a", "[ab]"));
  EXPECT_FALSE(matches_like("abc", "*"));
}

TEST(Like, WildcardsInTheTextAreNoWildcards) {
  EXPECT_FALSE(matches_like("%", "a"));
  EXPECT_FALSE(matches_like("_", "a"));
  EXPECT_TRUE(matches_like("%", "_"));
}

TEST(Like, IsCaseSensitive) { EXPECT_FALSE(matches_like("Openshift", "openshift")); }

TEST(Like, ManyPercentSignsTakeNoExponentialTime) {
  const std::string text(20'000, 'a');
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "%a";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(matches_like(text, pattern + "%b"));
  EXPECT_FALSE(matches_like(text, pattern + "b"));
  EXPECT_TRUE(matches_like(text, pattern));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(Like, BrokenUtf8StaysInBounds) {
  EXPECT_TRUE(matches_like("a\xF0\x9F", "a_"));
  EXPECT_FALSE(matches_like("\xC3", "__"));
}

// The definition of LIKE over ASCII; exponential, but plain.
bool plainly_matches(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') return plainly_matches(text, pattern.substr(1)) || (!text.empty() && plainly_matches(text.substr(1), pattern));
  return !text.empty() && (pattern[0] == '_' || pattern[0] == text[0]) && plainly_matches(text.substr(1), pattern.substr(1));
}

TEST(Like, RandomPatternsMatchAsByTheDefinition) {
  std::mt19937 random(20251001);
  const auto text_of = [&random](std::string_view alphabet, std::size_t longest) {
    std::string text(random() % (longest + 1), ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    return text;
  };
  int matches = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = text_of("ab", 8);
    const std::string pattern = text_of("ab%_%", 6);
    const bool expected = plainly_matches(text, pattern);
    ASSERT_EQ(matches_like(text, pattern), expected) << text << " LIKE " << pattern;
    matches += expected ? 1 : 0;
  }
  EXPECT_GT(matches, 10'000);
}

}  // namespace
}  // namespace costmill
