// Rules 3 and 6.
#include "fold_builder.h"
#include "special_numbers.h"

namespace costmill {
namespace {

TEST(Pods, RowsOfOneGroupAreSummedWhateverPodAndResourceId) {
  LineItems items;
  items.daily({.pod = "a", .resource_id = "i-1", .usage_cpu = kHour, .usage_memory = kGigabyteHour});
  items.daily({.pod = "b", .resource_id = "i-2", .usage_cpu = 2 * kHour, .usage_memory = 3 * kGigabyteHour});
  const auto result = summarize(items);
  const auto rows = pod_rows(result);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(number_of(rows[0], Column::kPodUsageCpuCoreHours), 3);
  EXPECT_EQ(number_of(rows[0], Column::kPodUsageMemoryGigabyteHours), 4);
  EXPECT_EQ(result.input_rows, 2U);
}

TEST(Pods, DuplicateRowsAreSummedAndNotRemoved) {
  LineItems items;
  for (int i = 0; i < 3; ++i) items.daily({.usage_cpu = kHour});
  EXPECT_EQ(number_of(pod_rows(summarize(items)).at(0), Column::kPodUsageCpuCoreHours), 3);
}

TEST(Pods, ADailyRowInTheAfternoonIsAddedToTheMidnightRow) {
  LineItems items;
  items.daily({.usage_cpu = kHour}).daily({.usage_cpu = kHour, .hour = 13.5});
  EXPECT_EQ(number_of(pod_rows(summarize(items)).at(0), Column::kPodUsageCpuCoreHours), 2);
}

TEST(Pods, RowsWithoutNodeAreDropped) {
  LineItems items;
  items.daily({.node = ""}).daily({.node = std::nullopt}).daily({.node = "n"});
  EXPECT_EQ(pod_rows(summarize(items)).size(), 1U);
}

TEST(Pods, LabelsOfDroppedRowsAreNotParsed) {
  LineItems items;
  items.daily({.node = "", .labels = "no JSON"}).daily({.node = std::nullopt, .labels = "["}).daily({});
  EXPECT_EQ(pod_rows(summarize(items)).size(), 1U);
}

TEST(Pods, EmptyAndNullNamespacesAreGroupsOfTheirOwn) {
  LineItems items;
  items.daily({.namespace_name = ""}).daily({.namespace_name = std::nullopt}).daily({.namespace_name = "x"});
  const auto result = summarize(items);
  const auto rows = pod_rows(result);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(text_of(result, rows[0].namespace_name), std::nullopt);
  EXPECT_EQ(text_of(result, rows[1].namespace_name), "");
  EXPECT_EQ(text_of(result, rows[2].namespace_name), "x");
}

TEST(Pods, LabelTextsThatDifferInOrderAndBlanksAreOneGroup) {
  LineItems items;
  items.daily({.labels = R"({"a":"1","b":"2"})", .usage_cpu = kHour}).daily({.labels = R"({ "b": "2", "a": "1" })", .usage_cpu = kHour});
  const auto result = summarize(items);
  ASSERT_EQ(pod_rows(result).size(), 1U);
  EXPECT_EQ(text_of(result, pod_rows(result)[0].pod_labels), R"({"a":"1","b":"2"})");
}

TEST(Pods, PodLabelsWinOverNamespaceLabelsAndThoseOverNodeLabels) {
  LineItems items;
  items.daily({.labels = R"({"a":"pod"})"});
  items.namespace_labels("apps", R"({"a":"namespace","b":"namespace"})");
  items.node_labels("n1", R"({"a":"node","b":"node","c":"node"})");
  const auto result = summarize(items);
  EXPECT_EQ(text_of(result, pod_rows(result).at(0).pod_labels), R"({"a":"pod","b":"namespace","c":"node"})");
}

TEST(Pods, ANullLabelValueOverrides) {
  LineItems items;
  items.daily({.labels = R"({"a":null})"}).node_labels("n1", R"({"a":"node"})");
  const auto result = summarize(items);
  EXPECT_EQ(text_of(result, pod_rows(result).at(0).pod_labels), R"({"a":null})");
}

TEST(Pods, NullLabelsOfThePodMakeTheWholeMapNull) {
  LineItems items;
  items.daily({.labels = std::nullopt, .usage_cpu = kHour}).daily({.labels = "null", .usage_cpu = kHour});
  items.node_labels("n1", R"({"a":"node"})");
  const auto result = summarize(items);
  const auto rows = pod_rows(result);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(result, rows[0].pod_labels), std::nullopt);
  EXPECT_EQ(text_of(result, rows[0].all_labels), "{}");
  EXPECT_EQ(number_of(rows[0], Column::kPodUsageCpuCoreHours), 2);
}

TEST(Pods, LabelsThatChangeWithinTheDayRepeatTheRowForEachMap) {
  LineItems items;
  items.daily({.usage_cpu = kHour}).node_labels("n1", R"({"v":"1"})").node_labels("n1", R"({"v":"2"})").node_labels("n1", R"({"v": "1"})");
  const auto result = summarize(items);
  const auto rows = pod_rows(result);
  ASSERT_EQ(rows.size(), 2U);
  for (const SummaryRow& row : rows) EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), 1);
  EXPECT_EQ(result.fan_outs.nodes_with_several_label_sets, 1U);
}

TEST(Pods, FanOutsOfNodeAndNamespaceMultiplyAndCanFallIntoOneGroup) {
  LineItems items;
  items.daily({.labels = R"({"v":"pod","w":"pod"})", .usage_cpu = kHour});
  items.node_labels("n1", R"({"v":"1"})").node_labels("n1", R"({"v":"2"})");
  items.namespace_labels("apps", R"({"w":"1"})").namespace_labels("apps", R"({"w":"2"})");
  const auto rows = pod_rows(summarize(items));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(number_of(rows[0], Column::kPodUsageCpuCoreHours), 4);
  EXPECT_EQ(number_of(rows[0], Column::kNodeCapacityCpuCores), 4) << "maxima are not multiplied";
}

TEST(Pods, LabelTextsThatDifferOnlyInDroppedKeysAreOneMap) {
  LineItems items;
  items.daily({.usage_cpu = kHour}).node_labels("n1", R"({"a":"1","x":"1"})").node_labels("n1", R"({"a":"1","x":"2"})");
  ReferenceData reference = all_keys();
  reference.enabled_keys = EnabledKeys::only({"a"});
  const auto result = summarize(items, reference);
  ASSERT_EQ(pod_rows(result).size(), 1U);
  EXPECT_EQ(number_of(pod_rows(result)[0], Column::kPodUsageCpuCoreHours), 1);
  EXPECT_FALSE(result.fan_outs.any());
}

TEST(Pods, ANullLabelMapOfTheNodeCountsAsEmptyAndAsAMapOfItsOwn) {
  LineItems items;
  items.daily({.usage_cpu = kHour}).node_labels("n1", std::nullopt).node_labels("n1", "{}");
  const auto rows = pod_rows(summarize(items));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(number_of(rows[0], Column::kPodUsageCpuCoreHours), 2);
}

TEST(Pods, NullNamespacesJoinNoLabelsButEmptyOnesDo) {
  LineItems items;
  items.daily({.namespace_name = std::nullopt}).daily({.namespace_name = ""});
  items.namespace_labels(std::nullopt, R"({"a":"null"})").namespace_labels("", R"({"a":"empty"})");
  const auto result = summarize(items);
  const auto rows = pod_rows(result);
  EXPECT_EQ(text_of(result, rows.at(0).pod_labels), "{}");
  EXPECT_EQ(text_of(result, rows.at(1).pod_labels), R"({"a":"empty"})");
}

TEST(Pods, LabelsOfOneDayDoNotCarryToAnother) {
  LineItems items;
  items.daily({}).node_labels("n1", R"({"a":"tomorrow"})", kDay.next());
  const auto result = summarize(items);
  EXPECT_EQ(text_of(result, pod_rows(result).at(0).pod_labels), "{}");
}

TEST(Pods, ResourceIdIsTheLargestTextAndNullIsIgnored) {
  LineItems items;
  items.daily({.namespace_name = "a", .resource_id = "i-9"}).daily({.namespace_name = "a", .resource_id = "i-10"});
  items.daily({.namespace_name = "a", .resource_id = std::nullopt});
  items.daily({.namespace_name = "b", .resource_id = ""}).daily({.namespace_name = "b", .resource_id = std::nullopt});
  items.daily({.namespace_name = "c", .resource_id = std::nullopt});
  items.daily({.namespace_name = "d", .resource_id = "\xEF\xBF\xBD"}).daily({.namespace_name = "d", .resource_id = "\xF0\x90\x80\x80"});
  const auto result = summarize(items);
  const auto rows = pod_rows(result);
  EXPECT_EQ(text_of(result, rows.at(0).resource_id), "i-9");
  EXPECT_EQ(text_of(result, rows.at(1).resource_id), "");
  EXPECT_EQ(text_of(result, rows.at(2).resource_id), std::nullopt);
  EXPECT_EQ(text_of(result, rows.at(3).resource_id), "\xF0\x90\x80\x80") << "by code points, not UTF-16";
}

TEST(Pods, SumsSkipNullAndAreNullWhereAllAre) {
  LineItems items;
  items.daily({.usage_cpu = std::nullopt, .limit_cpu = std::nullopt}).daily({.usage_cpu = kHour, .limit_cpu = std::nullopt});
  const auto row = pod_rows(summarize(items)).at(0);
  EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), 1);
  EXPECT_EQ(number_of(row, Column::kPodLimitCpuCoreHours), std::nullopt);
}

TEST(Pods, StoredEffectiveUsageStandsEvenIfItIsSmaller) {
  const auto row = pod_rows(summarize(LineItems().daily({.usage_cpu = 2 * kHour, .request_cpu = 3 * kHour, .effective_cpu = kHour}))).at(0);
  EXPECT_EQ(number_of(row, Column::kPodEffectiveUsageCpuCoreHours), 1);
}

TEST(Pods, MissingEffectiveUsageIsTheLargerOfUsageAndRequestRowByRow) {
  LineItems items;
  items.daily({.usage_cpu = 2 * kHour, .request_cpu = kHour}).daily({.usage_cpu = kHour, .request_cpu = 5 * kHour});
  EXPECT_EQ(number_of(pod_rows(summarize(items)).at(0), Column::kPodEffectiveUsageCpuCoreHours), 7);
}

TEST(Pods, MissingEffectiveUsageIsNullWhereUsageOrRequestIs) {
  LineItems items;
  items.daily({.usage_cpu = std::nullopt, .request_cpu = kHour, .usage_memory = kGigabyteHour, .request_memory = std::nullopt});
  const auto row = pod_rows(summarize(items)).at(0);
  EXPECT_EQ(number_of(row, Column::kPodEffectiveUsageCpuCoreHours), std::nullopt);
  EXPECT_EQ(number_of(row, Column::kPodEffectiveUsageMemoryGigabyteHours), std::nullopt);
}

TEST(Pods, ANanInUsageRefusesTheDayThoughEffectiveUsageCouldDoWithoutIt) {
  const auto refusal = refusal_of(LineItems().daily({.usage_cpu = kNaN, .request_cpu = kHour}));
  EXPECT_EQ(refusal->column(), "pod_usage_cpu_core_seconds");
}

TEST(Pods, InfrastructureCostIsZeroesAndStorageColumnsAreNull) {
  const auto result = summarize(LineItems().daily({}));
  const SummaryRow row = pod_rows(result).at(0);
  EXPECT_EQ(cell_of(result.rows, row, Column::kInfrastructureUsageCost).text, R"({"cpu":0.0,"memory":0.0,"storage":0.0})");
  for (const Column column : {Column::kPersistentvolumeclaim, Column::kVolumeLabels, Column::kVolumeRequestStorageGigabyteMonths}) {
    EXPECT_TRUE(cell_of(result.rows, row, column).null);
  }
}

}  // namespace
}  // namespace costmill
