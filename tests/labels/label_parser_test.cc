// Rule 2, a test a statement.
#include <gtest/gtest.h>

#include "label_fixture.h"

namespace costmill {
namespace {

using namespace std::string_view_literals;

const EnabledKeys kAppOnly = EnabledKeys::only({"app"});

TEST(LabelText, JsonNullIsTheNullMap) {
  LabelMaps maps(kAppOnly);
  EXPECT_EQ(maps.parse("null"), kNullLabelMap);
  EXPECT_EQ(maps.parse(" \t\r\nnull \n"), kNullLabelMap);
}

TEST(LabelText, EmptyObjectIsTheEmptyMapAlsoWithBlanksInside) {
  LabelMaps maps(kAppOnly);
  EXPECT_EQ(maps.parse("{}"), kEmptyLabelMap);
  EXPECT_EQ(maps.parse("{ \t\r\n }"), kEmptyLabelMap);
  EXPECT_EQ(maps.json(kEmptyLabelMap), "{}");
}

TEST(LabelText, BlanksAreAllowedAroundEverything) { EXPECT_EQ(canonical(" \n{ \"a\"\t:\r\"x\" , \"b\" : 1 }\t "), R"({"a":"x","b":"1"})"); }

TEST(LabelText, OtherBlanksAreRefused) {
  EXPECT_REFUSED("expected", "{\f}");
  EXPECT_REFUSED("no JSON object", "\v{}");
  EXPECT_REFUSED("expected", "{\"a\":\u00A0\"x\"}");
}

TEST(LabelText, StringsStayAsTheyAre) {
  EXPECT_EQ(canonical(R"({"app":"web","empty":"","blank":" "})"), R"({"app":"web","blank":" ","empty":""})");
}

TEST(LabelText, IntegersStayAsWrittenWhateverTheirLength) {
  EXPECT_EQ(canonical(R"({"a":0,"b":-7,"c":1234567890123456789012345678901234567890})"),
            R"({"a":"0","b":"-7","c":"1234567890123456789012345678901234567890"})");
  const std::string digits(5000, '9');
  EXPECT_EQ(canonical("{\"a\":" + digits + "}"), "{\"a\":\"" + digits + "\"}");
}

TEST(LabelText, MinusZeroIsZero) { EXPECT_EQ(canonical(R"({"a":-0})"), R"({"a":"0"})"); }

TEST(LabelText, BooleansBecomeText) { EXPECT_EQ(canonical(R"({"a":true,"b":false})"), R"({"a":"true","b":"false"})"); }

TEST(LabelText, NullValuesAreKept) { EXPECT_EQ(canonical(R"({"a":null,"b":"null"})"), R"({"a":null,"b":"null"})"); }

TEST(LabelText, OtherNumbersBecomeJavasScientificText) {
  EXPECT_EQ(canonical(R"({"a":1.5,"b":0.1,"c":1e3,"d":-0.0,"e":1E+2,"f":1e999})"),
            R"({"a":"1.5E0","b":"1.0E-1","c":"1.0E3","d":"-0.0E0","e":"1.0E2","f":"Infinity"})");
}

TEST(LabelText, EscapesAndRawCharactersAreTheSame) {
  EXPECT_EQ(canonical(R"({"caf\u00e9":"\u00FC\uD83D\ude00"})"), "{\"caf\u00E9\":\"\u00FC\U0001F600\"}");
  EXPECT_EQ(canonical(R"({"a":"\/\u002f\u0041"})"), R"({"a":"//A"})");
  LabelMaps maps(kEveryKey);
  EXPECT_EQ(maps.parse(R"({"caf\u00e9":"\ud83d\ude00"})"), maps.parse("{\"caf\u00E9\":\"\U0001F600\"}"));
}

TEST(LabelText, LoneSurrogateEscapesBecomeQuestionMarks) {
  EXPECT_EQ(canonical(R"({"a":"\ud83d"})"), R"({"a":"?"})");
  EXPECT_EQ(canonical(R"({"a":"\ude00x"})"), R"({"a":"?x"})");
  EXPECT_EQ(canonical(R"({"a":"\ud83d\n"})"), R"({"a":"?\n"})");
  EXPECT_EQ(canonical(R"({"a":"\ud83d\ud83d\ude00"})"), "{\"a\":\"?\U0001F600\"}");
  EXPECT_EQ(canonical(R"({"a":"\ude00\ud83d"})"), R"({"a":"??"})");
  EXPECT_EQ(canonical(R"({"a":"\ud83d\u0041"})"), R"({"a":"?A"})");
}

TEST(LabelText, KeyOrderAndBlanksNeverMatter) {
  LabelMaps maps(kEveryKey);
  EXPECT_EQ(maps.parse(R"({"a":"1","b":"2"})"), maps.parse(R"( { "b" : 2, "a" : 1 } )"));
}

TEST(LabelText, TextsThatAreNoObjectAreRefused) {
  EXPECT_REFUSED("an empty text", "");
  EXPECT_REFUSED("an empty text", " \n");
  for (const std::string_view text : {"[]"sv, "[{}]"sv, "\"x\""sv, "1"sv, "true"sv, "false"sv, "nul"sv, "'{}'"sv, "\0"sv}) {
    EXPECT_REFUSED("no JSON object", text);
  }
}

TEST(LabelText, ObjectsAndArraysAsValuesAreRefusedEvenOfKeysThatAreNotEnabled) {
  EXPECT_REFUSED("an object as the value of \"other\"", R"({"other":{}})", kAppOnly);
  EXPECT_REFUSED("an array as the value of \"other\"", R"({"app":"x","other":[]})", kAppOnly);
}

TEST(LabelText, KeysTwiceAreRefused) {
  EXPECT_REFUSED("a key twice: \"a\"", R"({"a":"x","a":"x"})");
  EXPECT_REFUSED("a key twice: \"other\"", R"({"other":1,"app":"x","other":2})", kAppOnly);
  EXPECT_REFUSED("a key twice: \"\"", R"({"":1,"":2})");
}

TEST(LabelText, KeysAreComparedAfterUnescaping) {
  EXPECT_REFUSED("a key twice: \"a\"", R"({"a":"x","\u0061":"y"})");
  EXPECT_REFUSED("a key twice: \"?\"", R"({"\ud800":"x","?":"y"})");
  EXPECT_REFUSED("a key twice: \"?\"", R"({"\ud800":"x","\udc00":"y"})");
  EXPECT_EQ(canonical(R"({"a":"x","A":"y"})"), R"({"A":"y","a":"x"})");
}

TEST(LabelText, EnabledKeysAreComparedAfterUnescaping) { EXPECT_EQ(canonical(R"({"\u0061pp":"x"})", kAppOnly), R"({"app":"x"})"); }

TEST(LabelText, NulIsRefusedWhereItIsKept) {
  EXPECT_REFUSED("a NUL character (\\u0000) in the value of \"app\"", R"({"app":"x\u0000"})", kAppOnly);
  EXPECT_REFUSED("a NUL character (\\u0000) in the key", R"({"a\u0000":"x"})");
}

TEST(LabelText, NulIsReadWhereItIsDropped) {
  EXPECT_EQ(canonical(R"({"app":"x","other":"\u0000","\u0000":1})", kAppOnly), R"({"app":"x"})");
}

TEST(LabelText, RawControlCharactersAreRefused) {
  for (char c = 0; c < 0x20; ++c) {
    EXPECT_REFUSED("a raw control character", std::string(R"({"other":"x)") + c + "\"}", kAppOnly);
    EXPECT_REFUSED("a raw control character", std::string("{\"x") + c + "\":1}", kAppOnly);
  }
  EXPECT_EQ(canonical("{\"a\":\"\x7F\"}"), "{\"a\":\"\x7F\"}");
}

TEST(LabelText, BytesThatAreNotUtf8AreRefused) {
  EXPECT_REFUSED("not UTF-8", "{\"other\":\"\xFC\"}", kAppOnly);
  EXPECT_REFUSED("not UTF-8", "{\"\xC0\x80\":\"x\"}", kAppOnly);
  EXPECT_REFUSED("not UTF-8", "{\"app\":\"\xED\xA0\xBD\"}", kAppOnly);
  EXPECT_REFUSED("not UTF-8", "{}\xFF", kAppOnly);
}

TEST(LabelText, ByteOrderMarkIsRefused) { EXPECT_REFUSED("a byte order mark", "\xEF\xBB\xBF{}"); }

TEST(LabelText, TrailingTextIsRefused) {
  for (const std::string_view text : {"{}x"sv, "{} {}"sv, "{},"sv, "null null"sv, "nullx"sv, "{}//"sv, "{}\0"sv}) {
    EXPECT_REFUSED("text after the end", text);
  }
}

TEST(LabelText, CommentsAreRefused) {
  EXPECT_REFUSED("expected", "{/**/}");
  EXPECT_REFUSED("expected", "{\"a\":1//\n}");
}

TEST(LabelText, SingleQuotesAndBareKeysAreRefused) {
  EXPECT_REFUSED("double quotes", "{'a':1}");
  EXPECT_REFUSED("double quotes", "{a:1}");
  EXPECT_REFUSED("expected", "{\"a\":'x'}");
}

TEST(LabelText, TrailingAndMissingCommasAreRefused) {
  EXPECT_REFUSED("double quotes", R"({"a":1,})");
  EXPECT_REFUSED("double quotes", "{,}");
  EXPECT_REFUSED("',' or '}'", R"({"a":1 "b":2})");
  EXPECT_REFUSED("':'", R"({"a" 1})");
  EXPECT_REFUSED("expected", R"({"a":})");
}

TEST(LabelText, NotANumberAndInfinityAreRefused) {
  for (const std::string_view value : {"NaN", "Infinity", "-Infinity", "nan", "True", "None", "undefined"}) {
    EXPECT_REFUSED("expected", "{\"a\":" + std::string(value) + "}");
  }
}

TEST(LabelText, NumbersWithLeadingZerosPlusOrGapsAreRefused) {
  for (const std::string_view value : {"01", "-01", "00", "+1", "-", "1.", ".5", "1e", "1e+", "1.e3", "0x1", "1_0", "- 1", "1.5.2"}) {
    EXPECT_REFUSED("expected", "{\"other\":" + std::string(value) + "}", kAppOnly);
  }
}

TEST(LabelText, UnknownAndBrokenEscapesAreRefused) {
  EXPECT_REFUSED("unknown escape", R"({"a":"\x41"})");
  EXPECT_REFUSED("unknown escape", R"({"a":"\'"})");
  EXPECT_REFUSED("four hex digits", R"({"a":"\u00g0"})");
  EXPECT_REFUSED("four hex digits", R"({"a":"\u00"})");
  EXPECT_REFUSED("four hex digits", R"({"a":"\u00)");
  EXPECT_REFUSED("unknown escape", "{\"a\":\"\\");
  EXPECT_REFUSED("unknown escape", "{\"a\":\"\\\0\"}"sv);
}

TEST(LabelText, EveryTextCutShortIsRefused) {
  constexpr std::string_view kWhole = R"( {"app" : "x\u00fc\n", "n": -1.5e+3, "t": true, "f": false, "z": null})";
  ASSERT_EQ(canonical(kWhole, kAppOnly), "{\"app\":\"x\u00FC\\n\"}");
  for (std::size_t length = 0; length < kWhole.size(); ++length) EXPECT_NE(refusal(kWhole.substr(0, length), kAppOnly), "");
}

TEST(LabelText, RefusalNamesTheByte) { EXPECT_REFUSED("invalid JSON at byte 5: ", R"({"a":x})"); }

TEST(LabelText, RefusalShowsLongKeysShortened) {
  const std::string key(10'000, 'k');
  EXPECT_LT(refusal("{\"" + key + "\":[]}").size(), 200u);
}

TEST(LabelText, TableReadsOnAfterARefusedText) {
  LabelMaps maps(kEveryKey);
  EXPECT_THROW(maps.parse(R"({"\u0061":"x","b":[]})"), LabelError);
  EXPECT_EQ(maps.json(maps.parse(R"({"c":"y"})")), R"({"c":"y"})");
}

}  // namespace
}  // namespace costmill
