#include "texts/texts.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace costmill {
namespace {

TEST(Texts, EqualTextsHaveOneIdAndIdsCountUpFromZero) {
  Texts texts;
  EXPECT_EQ(texts.intern("a"), 0U);
  EXPECT_EQ(texts.intern("b"), 1U);
  EXPECT_EQ(texts.intern("a"), 0U);
  EXPECT_EQ(texts.intern(""), 2U);
  EXPECT_EQ(texts.intern(""), 2U);
  EXPECT_EQ(texts.size(), 3U);
}

TEST(Texts, TextsAreBytesWhateverTheyAre) {
  Texts texts;
  const std::string with_nul("a\0b", 3);
  const TextId id = texts.intern(with_nul);
  EXPECT_EQ(texts[id], with_nul);
  EXPECT_NE(texts.intern("a"), id);
  EXPECT_NE(texts.intern("\xFF"), texts.intern("\xFE"));
}

TEST(Texts, ViewsStayValidWhileTheTableGrowsAndMoves) {
  std::mt19937 random(1);
  Texts texts;
  std::vector<std::string> originals;
  std::vector<std::string_view> views;
  for (int i = 0; i < 20'000; ++i) {
    // Short ones, ones about the size of a block's rest, and ones longer than a block.
    const std::size_t size = random() % 500 == 0 ? random() % 200'000 : random() % 40;
    originals.push_back(std::to_string(i) + std::string(size, static_cast<char>('a' + i % 26)));
    const TextId id = texts.intern(originals.back());
    ASSERT_EQ(id, static_cast<TextId>(i));
    views.push_back(texts[id]);
  }
  const Texts moved = std::move(texts);
  for (std::size_t i = 0; i < originals.size(); ++i) {
    ASSERT_EQ(views[i], originals[i]);
    ASSERT_EQ(moved[static_cast<TextId>(i)].data(), views[i].data());
  }
}

TEST(Texts, TextsThatDifferInAnyOneByteAreApart) {
  Texts texts;
  for (const std::size_t size : {1U, 7U, 8U, 9U, 40U, 333U}) {
    const std::string base(size, 'x');
    const TextId id = texts.intern(base);
    for (std::size_t i = 0; i < size; ++i) {
      std::string other = base;
      other[i] = 'y';
      const TextId other_id = texts.intern(other);
      ASSERT_NE(other_id, id);
      ASSERT_EQ(texts[other_id], other);
      ASSERT_EQ(texts.intern(base), id);
    }
  }
}

TEST(Texts, FindKnowsWhatWasInternedAndKeepsNothing) {
  Texts texts;
  EXPECT_EQ(texts.find("a"), kNullText);
  const TextId a = texts.intern("a");
  EXPECT_EQ(texts.find("a"), a);
  EXPECT_EQ(texts.find("b"), kNullText);
  EXPECT_EQ(texts.size(), 1U);
}

TEST(Texts, AnAdoptedTextLiesWhereItLay) {
  const std::string elsewhere = "elsewhere";
  Texts texts;
  const TextId adopted = texts.adopt(elsewhere);
  EXPECT_EQ(texts[adopted].data(), elsewhere.data());
  EXPECT_NE(texts.intern("elsewhere"), adopted);
}

TEST(Texts, MemoryFollowsWhatIsStored) {
  Texts texts;
  texts.intern("x");
  const std::size_t before = texts.memory_bytes();
  texts.intern(std::string(1 << 20, 'y'));
  EXPECT_GE(texts.memory_bytes(), before + (1 << 20));
  const std::size_t after = texts.memory_bytes();
  for (int i = 0; i < 1000; ++i) texts.intern("x");
  EXPECT_EQ(texts.memory_bytes(), after);
}

TEST(Texts, GrowthIsGuardedBeforeItHappens) {
  Texts texts;
  std::size_t asked = 0;
  texts.guard_growth([&](std::size_t bytes) {
    asked = bytes;
    throw std::bad_alloc();
  });
  texts.intern("short");
  EXPECT_EQ(asked, 0U);
  const std::string large(5 << 20, 'x');
  EXPECT_THROW(texts.intern(large), std::bad_alloc);
  EXPECT_EQ(asked, large.size());
  EXPECT_EQ(texts.find(large), kNullText);
  EXPECT_EQ(texts.intern("another"), 1U);
  // Many small ones, too.
  EXPECT_THROW(
      {
        for (int i = 0; i < 100'000; ++i) texts.intern(std::to_string(i) + std::string(100, 'y'));
      },
      std::bad_alloc);
}

}  // namespace
}  // namespace costmill
