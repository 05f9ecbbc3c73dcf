// F13: label texts of absurd size are read, or refused, in time that grows with their length.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "label_fixture.h"

namespace costmill {
namespace {

// Quadratic time would take minutes at these sizes; this is slack for sanitizers and busy machines.
constexpr std::chrono::seconds kLimit{60};

class LabelLimits : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_LT(std::chrono::steady_clock::now() - begin_, kLimit); }

  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string object_of(std::size_t keys, std::string_view key_prefix) {
  std::string text = "{";
  for (std::size_t i = 0; i < keys; ++i) {
    if (i > 0) text += ',';
    text += '"' + std::string(key_prefix) + std::to_string(i) + "\":\"v\"";
  }
  return text + "}";
}

TEST_F(LabelLimits, ValueOfAMegabyteIsRead) {
  const std::string value(1 << 20, 'x');
  const std::string json = "{\"app\":\"" + value + "\"}";
  EXPECT_EQ(canonical(json), json);
}

TEST_F(LabelLimits, ValueOfAMillionEscapesIsRead) {
  EXPECT_EQ(canonical("{\"app\":\"" + repeated("\\u00fc", 1 << 20) + "\"}").size(), (2u << 20) + 10);
  EXPECT_EQ(canonical("{\"app\":\"" + repeated("\\ud83d", 1 << 20) + "\"}").size(), (1u << 20) + 10);
}

TEST_F(LabelLimits, NumbersOfAMillionDigitsAreRead) {
  const std::string digits(1 << 20, '7');
  EXPECT_EQ(canonical("{\"app\":" + digits + "}").size(), digits.size() + 10);
  EXPECT_EQ(canonical("{\"app\":1." + digits + "}"), R"({"app":"1.7777777777777777E0"})");
  EXPECT_EQ(canonical("{\"app\":1e" + digits + "}"), R"({"app":"Infinity"})");
}

TEST_F(LabelLimits, TenThousandKeysAreRead) {
  const std::string json = canonical(object_of(10'000, "key"));
  EXPECT_EQ(std::count(json.begin(), json.end(), ':'), 10'000);
}

TEST_F(LabelLimits, KeyTwiceAmongHundredsOfThousandsIsFound) {
  std::string text = object_of(400'000, "key");
  text.back() = ',';
  EXPECT_REFUSED("a key twice: \"key7\"", text + "\"key\\u0037\":1}", EnabledKeys::only({"app"}));
}

TEST_F(LabelLimits, LongKeysThatDifferOnlyAtTheEndAreToldApart) {
  const std::string json = canonical(object_of(2'000, std::string(1'000, 'k')));
  EXPECT_EQ(std::count(json.begin(), json.end(), ':'), 2'000);
}

TEST_F(LabelLimits, NestingOfAnyDepthIsRefusedWithoutRecursion) {
  for (const std::size_t depth : {10'000, 1'000'000}) {
    EXPECT_REFUSED("an object as the value", repeated("{\"a\":", depth) + "1" + std::string(depth, '}'));
    EXPECT_REFUSED("an array as the value", "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}");
    EXPECT_REFUSED("no JSON object", std::string(depth, '['));
  }
}

TEST_F(LabelLimits, BlanksOfAMegabyteAreSkipped) {
  const std::string blanks(1 << 20, ' ');
  EXPECT_EQ(canonical(blanks + "{" + blanks + "\"a\"" + blanks + ":" + blanks + "1" + blanks + "}" + blanks), R"({"a":"1"})");
}

}  // namespace
}  // namespace costmill
