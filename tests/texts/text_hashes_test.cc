#include "texts/text_hashes.h"

#include <gtest/gtest.h>

namespace costmill {
namespace {

TEST(TextHashes, HoldWhatWasAdded) {
  TextHashes hashes;
  hashes.add(TextHashes::hash_of({"app"}));
  EXPECT_TRUE(hashes.may_hold(TextHashes::hash_of({"app"})));
  EXPECT_FALSE(hashes.may_hold(TextHashes::hash_of({"env"})));
}

TEST(TextHashes, ComeBackFromTheirText) {
  TextHashes hashes;
  hashes.add(0xFFFF'FFFF);
  hashes.add(0);
  hashes.add(0x0123'ABCD);
  hashes.add(0);
  EXPECT_EQ(hashes.to_text(), "000000000123abcdffffffff");
  EXPECT_EQ(TextHashes::from_text(hashes.to_text()), hashes);
  EXPECT_EQ(TextHashes::from_text(""), TextHashes());
}

TEST(TextHashes, AreTheSameOnEveryMachine) { EXPECT_EQ(TextHashes::hash_of({"app"}), 0x1A0F'C720U); }

TEST(TextHashes, BeyondTheMostHoldEverything) {
  TextHashes hashes;
  for (std::uint32_t hash = 0; hash < TextHashes::kMost; ++hash) hashes.add(hash);
  EXPECT_FALSE(hashes.may_hold(0xFFFF'FFFF));
  hashes.add(TextHashes::kMost);
  EXPECT_TRUE(hashes.may_hold(0xFFFF'FFFF));
  EXPECT_EQ(hashes.to_text(), "*");
  EXPECT_EQ(TextHashes::from_text("*"), hashes);
}

TEST(TextHashes, RefuseOtherTexts) {
  for (const char* text : {"0123456", "0123456g", "**", " 1234567"}) EXPECT_EQ(TextHashes::from_text(text), std::nullopt) << text;
}

}  // namespace
}  // namespace costmill
