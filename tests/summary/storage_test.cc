// Rule 7.
#include "fold_builder.h"

namespace costmill {
namespace {

constexpr double kSecondsOfOctober = 86400.0 * 31;
constexpr double kGigabyteMonth = kSecondsOfOctober * 0x1p30;

Number requested(const SummaryRow& row) { return number_of(row, Column::kVolumeRequestStorageGigabyteMonths); }
Number used(const SummaryRow& row) { return number_of(row, Column::kPersistentvolumeclaimUsageGigabyteMonths); }
Number capacity(const SummaryRow& row) { return number_of(row, Column::kPersistentvolumeclaimCapacityGigabyteMonths); }

TEST(Storage, NodeAndResourceIdComeFromThePod) {
  LineItems items;
  items.daily({.node = "n7", .resource_id = "i-7"});
  items.storage({.capacity_bytes = 0x1p31, .capacity = 3 * kGigabyteMonth, .request = 2 * kGigabyteMonth, .usage = kGigabyteMonth});
  const auto result = summarize(items);
  const auto rows = storage_rows(result);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(result, rows[0].node), "n7");
  EXPECT_EQ(text_of(result, rows[0].resource_id), "i-7");
  EXPECT_EQ(number_of(rows[0], Column::kPersistentvolumeclaimCapacityGigabyte), 2);
  EXPECT_EQ(capacity(rows[0]), 3);
  EXPECT_EQ(requested(rows[0]), 2);
  EXPECT_EQ(used(rows[0]), 1);
}

TEST(Storage, APodOnTwoNodesGivesTwoRowsWithHalfTheUseAndFullCapacity) {
  LineItems items;
  items.daily({.node = "n1", .resource_id = "i-1"}).daily({.node = "n2", .resource_id = "i-2"});
  items.storage({.capacity = kGigabyteMonth, .request = kGigabyteMonth, .usage = 2 * kGigabyteMonth});
  const auto result = summarize(items);
  const auto rows = storage_rows(result);
  ASSERT_EQ(rows.size(), 2U);
  for (const SummaryRow& row : rows) {
    EXPECT_EQ(requested(row), 0.5);
    EXPECT_EQ(used(row), 1);
    EXPECT_EQ(capacity(row), 1) << "capacity is not divided by nodes";
  }
  EXPECT_EQ(result.fan_outs.volume_pods_with_several_placements, 1U);
}

TEST(Storage, TwoResourceIdsOfOneNodeGiveTwoRowsWithTheFullSums) {
  LineItems items;
  items.daily({.resource_id = "i-1"}).daily({.resource_id = "i-2"}).storage({.request = kGigabyteMonth});
  const auto rows = storage_rows(summarize(items));
  ASSERT_EQ(rows.size(), 2U);
  for (const SummaryRow& row : rows) EXPECT_EQ(requested(row), 1);
}

TEST(Storage, NodesAreCountedOverAllNamespacesAndClaimsOfTheVolume) {
  LineItems items;
  items.daily({.namespace_name = "a", .node = "n1", .pod = "p"}).daily({.namespace_name = "b", .node = "n2", .pod = "p"});
  items.storage({.namespace_name = "a", .pod = "p", .claim = "c1", .request = kGigabyteMonth});
  items.storage({.namespace_name = "b", .pod = "p", .claim = "c2", .request = kGigabyteMonth});
  const auto rows = storage_rows(summarize(items));
  ASSERT_EQ(rows.size(), 2U);
  for (const SummaryRow& row : rows) EXPECT_EQ(requested(row), 0.5);
}

TEST(Storage, PodsOfOneNameInTwoNamespacesKeepTheirVolumesApart) {
  LineItems items;
  items.daily({.namespace_name = "a", .resource_id = "i-1"}).daily({.namespace_name = "b", .resource_id = "i-2"});
  items.storage({.namespace_name = "a", .volume = "va", .request = kGigabyteMonth});
  items.storage({.namespace_name = "b", .volume = "vb", .request = 2 * kGigabyteMonth});
  const auto result = summarize(items);
  const auto rows = storage_rows(result);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(text_of(result, rows[0].namespace_name), "a");
  EXPECT_EQ(text_of(result, rows[0].resource_id), "i-1");
  EXPECT_EQ(requested(rows[0]), 1);
  EXPECT_EQ(text_of(result, rows[1].namespace_name), "b");
  EXPECT_EQ(text_of(result, rows[1].resource_id), "i-2");
  EXPECT_EQ(requested(rows[1]), 2);
  EXPECT_EQ(result.fan_outs.volume_pods_with_several_placements, 0U);
}

TEST(Storage, TheEmptyNodeIsANodeAndTheNullNodeIsNone) {
  LineItems items;
  items.daily({.node = "n1", .pod = "p1"}).daily({.node = "", .pod = "p2"}).daily({.node = std::nullopt, .pod = "p3"});
  for (const char* pod : {"p1", "p2", "p3"}) items.storage({.pod = pod, .request = kGigabyteMonth});
  const auto result = summarize(items);
  const auto rows = storage_rows(result);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(text_of(result, rows[0].node), std::nullopt);
  EXPECT_EQ(text_of(result, rows[1].node), "");
  EXPECT_EQ(text_of(result, rows[2].node), "n1");
  for (const SummaryRow& row : rows) EXPECT_EQ(requested(row), 0.5);
}

TEST(Storage, AClaimBoundToTwoVolumesOfTheDayDoublesItsSums) {
  LineItems items;
  items.daily({});
  items.storage({.volume = "v1", .capacity = kGigabyteMonth, .request = kGigabyteMonth});
  items.storage({.volume = "v2", .capacity = kGigabyteMonth, .request = kGigabyteMonth});
  const auto result = summarize(items);
  const auto rows = storage_rows(result);
  ASSERT_EQ(rows.size(), 2U);
  for (const SummaryRow& row : rows) {
    EXPECT_EQ(requested(row), 2);
    EXPECT_EQ(capacity(row), 2);
  }
  EXPECT_EQ(result.fan_outs.claims_with_several_volumes, 1U);
}

TEST(Storage, ThreePodsOnOneNodeSumUp) {
  LineItems items;
  for (const char* pod : {"p1", "p2", "p3"}) items.daily({.pod = pod}).storage({.pod = pod, .request = kGigabyteMonth});
  const auto rows = storage_rows(summarize(items));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(requested(rows[0]), 3);
}

TEST(Storage, WithoutPodNodeIsNullAndUseIsNullButCapacityStands) {
  const auto result = summarize(LineItems().storage({.capacity = kGigabyteMonth, .request = kGigabyteMonth, .usage = 1}));
  const auto rows = storage_rows(result);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(result, rows[0].node), std::nullopt);
  EXPECT_EQ(text_of(result, rows[0].resource_id), std::nullopt);
  EXPECT_EQ(capacity(rows[0]), 1);
  EXPECT_EQ(requested(rows[0]), std::nullopt);
  EXPECT_EQ(used(rows[0]), std::nullopt);
}

TEST(Storage, TheNodeCountOfAVolumeAppliesToItsRowsWithoutPod) {
  LineItems items;
  items.daily({.node = "n1", .pod = "p1"}).daily({.node = "n2", .pod = "p1"});
  items.storage({.pod = "p1"}).storage({.pod = "gone", .claim = "other", .request = kGigabyteMonth});
  const auto result = summarize(items);
  const auto orphans = rows_where(result, [&](const SummaryRow& row) { return text_of(result, row.persistentvolumeclaim) == "other"; });
  ASSERT_EQ(orphans.size(), 1U);
  EXPECT_EQ(text_of(result, orphans[0].node), std::nullopt);
  EXPECT_EQ(requested(orphans[0]), 0.5);
}

TEST(Storage, ANullVolumeHasNoNodeCount) {
  LineItems items;
  items.daily({}).storage({.volume = std::nullopt, .request = kGigabyteMonth});
  const auto result = summarize(items);
  const auto rows = storage_rows(result);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(text_of(result, rows[0].node), "n1");
  EXPECT_EQ(requested(rows[0]), std::nullopt);
}

TEST(Storage, NullNamespacesPodsAndClaimsJoinNoPod) {
  LineItems items;
  items.daily({.namespace_name = std::nullopt}).daily({.pod = std::nullopt}).daily({});
  items.storage({.namespace_name = std::nullopt, .volume = "v1"});
  items.storage({.pod = std::nullopt, .volume = "v2"});
  items.storage({.claim = std::nullopt, .volume = "v3"});
  const auto result = summarize(items);
  for (const SummaryRow& row : storage_rows(result)) EXPECT_EQ(text_of(result, row.node), std::nullopt);
  EXPECT_EQ(storage_rows(result).size(), 3U);
}

TEST(Storage, AVolumeUsedOnlyByPodsWithoutNodeRefusesTheDay) {
  const auto refusal = refusal_of(LineItems().daily({.node = std::nullopt}).storage({.request = 1, .usage = std::nullopt}));
  EXPECT_EQ(refusal->column(), "volume_request_storage_byte_seconds");
  EXPECT_EQ(refusal->place().file, 1U);
}

TEST(Storage, MonthsAreDividedByTheDaysOfTheRowsMonth) {
  const std::pair<Day, double> days_of_month[] = {
      {make_day(2025, 2, 28), 28}, {make_day(2024, 2, 29), 29}, {make_day(2025, 4, 1), 30}, {make_day(2025, 10, 1), 31}};
  for (const auto& [day, days] : days_of_month) {
    FoldOptions options;
    options.first_day = options.last_day = day;
    const auto result = summarize(LineItems().storage({.capacity = 86400 * days * 0x1p30, .day = day}), all_keys(), options, day);
    EXPECT_EQ(capacity(storage_rows(result).at(0)), 1) << to_string(day);
  }
}

TEST(Storage, ClaimLabelsWinOverVolumeNamespaceAndNodeLabels) {
  LineItems items;
  items.daily({}).node_labels("n1", R"({"a":"n","b":"n","c":"n","d":"n"})").namespace_labels("apps", R"({"a":"s","b":"s","c":"s"})");
  items.storage({.volume_labels = R"({"a":"v","b":"v"})", .claim_labels = R"({"a":"c"})"});
  const auto result = summarize(items);
  const SummaryRow row = storage_rows(result).at(0);
  EXPECT_EQ(text_of(result, row.volume_labels), R"({"a":"c","b":"v","c":"s","d":"n"})");
  EXPECT_EQ(text_of(result, row.all_labels), text_of(result, row.volume_labels));
  EXPECT_EQ(text_of(result, row.pod_labels), std::nullopt);
}

TEST(Storage, NullLabelsOfVolumeOrClaimMakeTheWholeMapNull) {
  for (const bool of_volume : {true, false}) {
    StorageItem item{.volume_labels = R"({"a":"1"})", .claim_labels = R"({"a":"1"})"};
    (of_volume ? item.volume_labels : item.claim_labels) = std::nullopt;
    const auto result = summarize(LineItems().storage(item));
    EXPECT_EQ(text_of(result, storage_rows(result).at(0).volume_labels), std::nullopt);
    EXPECT_EQ(text_of(result, storage_rows(result).at(0).all_labels), "{}");
  }
}

TEST(Storage, CsiVolumeHandlesSplitRowsThatLookAlike) {
  LineItems items;
  items.storage({.handle = "h1", .capacity = kGigabyteMonth}).storage({.handle = "h2", .capacity = kGigabyteMonth});
  const auto rows = storage_rows(summarize(items));
  ASSERT_EQ(rows.size(), 2U);
  for (const SummaryRow& row : rows) EXPECT_EQ(capacity(row), 1);
}

TEST(Storage, PodColumnsAndCapacitiesAreNull) {
  LineItems items;
  items.hourly({}).daily({}).storage({});
  const SummaryRow row = storage_rows(summarize(items)).at(0);
  for (const Column column : {Column::kPodUsageCpuCoreHours, Column::kNodeCapacityCpuCores, Column::kNodeCapacityCpuCoreHours,
                              Column::kClusterCapacityCpuCoreHours, Column::kClusterCapacityMemoryGigabyteHours}) {
    EXPECT_EQ(number_of(row, column), std::nullopt) << def_of(column).name;
  }
}

}  // namespace
}  // namespace costmill
