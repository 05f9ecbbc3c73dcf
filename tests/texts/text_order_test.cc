#include "texts/text_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace costmill {
namespace {

std::vector<std::string> sorted_by_text(const std::vector<std::string>& given) {
  Texts texts;
  std::vector<TextId> ids;
  for (const std::string& text : given) ids.push_back(texts.adopt(text));
  sort_by_text(ids, texts);
  std::vector<std::string> sorted;
  for (const TextId id : ids) sorted.emplace_back(texts[id]);
  return sorted;
}

void expect_sorted(std::vector<std::string> given) {
  const std::vector<std::string> sorted = sorted_by_text(given);
  std::sort(given.begin(), given.end());
  EXPECT_EQ(sorted, given);
}

TEST(TextOrder, IsThatOfBytes) { expect_sorted({"b", "a", "\xF0\x90\x80\x80", "\xEF\xBF\xBD", "Z", "", "ab", "10", "9", "\xC3\xA4"}); }

TEST(TextOrder, ATextComesBeforeThoseThatItBegins) {
  expect_sorted({"abcdefghij", "abcdefgh", "abcdefghi", "abc", "abcdefg", "", "abcdefghijklmnopq", "abcdefghijklmnop"});
}

TEST(TextOrder, ATextComesBeforeItselfWithNulsBehind) {
  using namespace std::string_literals;
  expect_sorted({"ab\0\0"s, "ab\0"s, "ab"s, "ab\0\0\0\0\0\0\0"s, "ab\0\0\0\0\0\0"s, "ab\0\1"s, "ab\0\0\0\0\0\0\0\1"s});
}

TEST(TextOrder, TextsThatAreEqualBeyondEveryCallAreCompared) {
  std::vector<std::string> texts;
  for (const char last : {'c', 'a', 'b', 'e', 'd', 'f'}) texts.push_back(std::string(100'000, 'x') + last);
  // Each pair is equal for one more word than the pair before, so that every word is a call of its own.
  for (std::size_t words = 0; words < 200; ++words) texts.push_back(std::string(8 * words, 'x') + "y");
  expect_sorted(texts);
}

TEST(TextOrder, OfRandomTextsWithSharedBeginningsIsThatOfComparisons) {
  std::mt19937_64 random{17};  // NOLINT(cert-msc51-cpp): the same every time
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) {
    std::string text = texts.empty() ? "" : texts[random() % texts.size()].substr(0, random() % 40);
    for (std::uint64_t n = random() % 12; n > 0; --n)
      text.push_back(static_cast<char>(random() % 3 == 0 ? random() % 256 : 'a' + random() % 3));
    texts.push_back(std::move(text));
  }
  expect_sorted(texts);
}

}  // namespace
}  // namespace costmill
