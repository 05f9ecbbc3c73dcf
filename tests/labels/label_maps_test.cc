#include "labels/label_maps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "label_fixture.h"
#include "texts/text_hashes.h"

namespace costmill {
namespace {

TEST(CanonicalJson, KeysAreSortedByCodePoint) {
  EXPECT_EQ(canonical("{\"\U0001F600\":1,\"\uFFFD\":2,\"z\":3,\"B\":4,\"a\":5,\"aa\":6,\"\":7}"),
            "{\"\":\"7\",\"B\":\"4\",\"a\":\"5\",\"aa\":\"6\",\"z\":\"3\",\"\uFFFD\":\"2\",\"\U0001F600\":\"1\"}");
}

TEST(CanonicalJson, OnlyQuotesBackslashesAndControlsAreEscaped) {
  EXPECT_EQ(canonical(R"({"q\"\\\/":"\b\f\n\r\t\u0001\u001F\u007f<&>'\u2028"})"),
            "{\"q\\\"\\\\/\":\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7F<&>'\u2028\"}");
}

TEST(EnabledLabels, OthersAreDropped) {
  const EnabledKeys enabled = EnabledKeys::only({"app", "env"});
  EXPECT_EQ(canonical(R"({"app":"x","other":"y","App":"z"})", enabled), R"({"app":"x"})");
}

TEST(EnabledLabels, VirtualMachineNameIsKeptWithAnyOther) {
  EXPECT_EQ(canonical(R"({"vm_kubevirt_io_name":"vm","x":1})", EnabledKeys::only({"app"})), R"({"vm_kubevirt_io_name":"vm"})");
}

TEST(EnabledLabels, EmptyListDropsEveryLabelAlsoTheVirtualMachineName) {
  EXPECT_EQ(canonical(R"({"vm_kubevirt_io_name":"vm","app":1})", EnabledKeys::only({})), "{}");
}

std::vector<std::string_view> sorted_keys(const EnabledKeys& enabled) {
  std::vector<std::string_view> keys = enabled.keys();
  std::sort(keys.begin(), keys.end());
  return keys;
}

TEST(EnabledLabels, KeysAreThoseGivenAndTheVirtualMachineName) {
  const EnabledKeys enabled = EnabledKeys::only({"b", "a", "b"});
  EXPECT_EQ(sorted_keys(enabled), (std::vector<std::string_view>{"a", "b", "vm_kubevirt_io_name"}));
  EXPECT_FALSE(enabled.keeps_all());
}

TEST(EnabledLabels, AllAndNoneNameNoKeys) {
  const EnabledKeys all = EnabledKeys::all();
  const EnabledKeys none = EnabledKeys::only({});
  EXPECT_TRUE(all.keys().empty());
  EXPECT_TRUE(all.keeps_all());
  EXPECT_TRUE(none.keys().empty());
  EXPECT_FALSE(none.keeps_all());
}

TEST(LabelKeys, AreAllKeysOfTheTextAlsoThoseThatAreDropped) {
  const EnabledKeys enabled = EnabledKeys::only({"app"});
  LabelMaps maps(enabled);
  maps.parse("{\"another\":1}");
  const ParsedLabels labels = maps.parse_with_keys(R"({"app":"x","dro\u0070ped":"1"})");
  std::set<std::uint32_t> hashes;
  for (const LabelKeyId key : maps.keys_of(labels.keys)) hashes.insert(maps.key_hashes()[key]);
  EXPECT_EQ(hashes, (std::set<std::uint32_t>{TextHashes::hash_of({"app"}), TextHashes::hash_of({"dropped"})}));
}

TEST(LabelKeys, OfEqualSetsAreOne) {
  const EnabledKeys enabled = EnabledKeys::only({});
  LabelMaps maps(enabled);
  const LabelKeysId keys = maps.parse_with_keys(R"({"a":"1","b":"2"})").keys;
  EXPECT_EQ(maps.parse_with_keys(R"({"b":"3","a":"4"})").keys, keys);
  EXPECT_NE(maps.parse_with_keys(R"({"a":"1"})").keys, keys);
}

TEST(LabelMapIds, MapsAreFilteredBeforeTheyAreCompared) {
  const EnabledKeys enabled = EnabledKeys::only({"app"});
  LabelMaps maps(enabled);
  const LabelMapId first = maps.parse(R"({"app":"x","other":"1"})");
  EXPECT_EQ(maps.parse(R"({"other":"2","app":"x"})"), first);
  EXPECT_NE(maps.parse(R"({"app":"y"})"), first);
  EXPECT_EQ(maps.parse(R"({"other":"2"})"), kEmptyLabelMap);
}

TEST(LabelMapIds, NullValueEmptyTextAndMissingKeyAreThreeMaps) {
  LabelMaps maps(kEveryKey);
  const LabelMapId null_value = maps.parse(R"({"a":null})");
  EXPECT_NE(null_value, maps.parse(R"({"a":""})"));
  EXPECT_NE(null_value, maps.parse(R"({"a":"null"})"));
  EXPECT_NE(null_value, kEmptyLabelMap);
}

TEST(LabelMapIds, KeysAndValuesThatRunTogetherAreToldApart) {
  LabelMaps maps(kEveryKey);
  EXPECT_NE(maps.parse(R"({"a":"1\",\"b\":\"2"})"), maps.parse(R"({"a":"1","b":"2"})"));
}

class MergedLabels : public ::testing::Test {
 protected:
  std::string merge(std::string_view base, std::string_view over) {
    return std::string(maps_.json(maps_.merge(maps_.parse(base), maps_.parse(over))));
  }

  EnabledKeys enabled_ = EnabledKeys::all();
  LabelMaps maps_{enabled_};
};

TEST_F(MergedLabels, LaterOnesWin) {
  EXPECT_EQ(merge(R"({"a":"1","b":"2","d":"4"})", R"({"b":"x","c":"y"})"), R"({"a":"1","b":"x","c":"y","d":"4"})");
}

TEST_F(MergedLabels, NullValueWinsToo) {
  EXPECT_EQ(merge(R"({"app":"x"})", R"({"app":null})"), R"({"app":null})");
  EXPECT_EQ(merge(R"({"app":null})", R"({"app":"x"})"), R"({"app":"x"})");
}

TEST_F(MergedLabels, EmptyMapChangesNothing) {
  EXPECT_EQ(merge("{}", R"({"a":"1"})"), R"({"a":"1"})");
  EXPECT_EQ(merge(R"({"a":"1"})", "{}"), R"({"a":"1"})");
  EXPECT_EQ(merge("{}", "{}"), "{}");
}

TEST_F(MergedLabels, EntriesBeforeBetweenAndBehindAreAllKept) {
  EXPECT_EQ(merge(R"({"c":"1"})", R"({"a":"2","z":"3"})"), R"({"a":"2","c":"1","z":"3"})");
  EXPECT_EQ(merge(R"({"a":"2","z":"3"})", R"({"c":"1"})"), R"({"a":"2","c":"1","z":"3"})");
}

TEST_F(MergedLabels, NodeThenNamespaceThenPod) {
  const LabelMapId node = maps_.parse(R"({"app":"node","env":"node","zone":"z"})");
  const LabelMapId name_space = maps_.parse(R"({"app":"nsp","env":"nsp"})");
  const LabelMapId pod = maps_.parse(R"({"app":"pod"})");
  EXPECT_EQ(maps_.json(maps_.merge(maps_.merge(node, name_space), pod)), R"({"app":"pod","env":"nsp","zone":"z"})");
}

TEST_F(MergedLabels, MergeGivesTheIdOfTheEqualMap) {
  const LabelMapId base = maps_.parse(R"({"a":"1"})");
  const LabelMapId over = maps_.parse(R"({"b":"2"})");
  const LabelMapId merged = maps_.merge(base, over);
  EXPECT_EQ(merged, maps_.merge(base, over));
  EXPECT_EQ(merged, maps_.merge(over, base));
  EXPECT_EQ(merged, maps_.parse(R"({"a":"1","b":"2"})"));
}

TEST_F(MergedLabels, NullMapOfANodeCountsAsEmpty) {
  EXPECT_EQ(or_empty(maps_.parse("null")), kEmptyLabelMap);
  const LabelMapId map = maps_.parse(R"({"a":"1"})");
  EXPECT_EQ(or_empty(map), map);
}

TEST_F(MergedLabels, EarlierJsonStaysValidAsTheTableGrows) {
  const std::string_view json = maps_.json(maps_.parse(R"({"first":"one"})"));
  for (int i = 0; i < 20'000; ++i) maps_.parse("{\"key" + std::to_string(i) + "\":" + std::to_string(i) + "}");
  EXPECT_EQ(json, R"({"first":"one"})");
}

TEST_F(MergedLabels, MemoryGrowsWithDistinctTextsOnly) {
  for (int i = 0; i < 1000; ++i) maps_.parse("{\"key\":" + std::to_string(i) + "}");
  const std::size_t bytes = maps_.memory_bytes();
  EXPECT_GT(bytes, 1000 * 20u);
  for (int i = 0; i < 1000; ++i) maps_.parse("{\"key\":" + std::to_string(i) + "}");
  EXPECT_EQ(maps_.memory_bytes(), bytes);
}

}  // namespace
}  // namespace costmill
