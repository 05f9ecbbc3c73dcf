// Rule 4.
#include "fold_builder.h"

namespace costmill {
namespace {

ReferenceData with_patterns(std::vector<CostCategoryPattern> patterns) {
  ReferenceData reference = all_keys();
  reference.cost_categories = std::move(patterns);
  reference.node_roles[{"n1", "i-1"}] = "worker";
  return reference;
}

TEST(CostCategory, NMatchingPatternsMakeThePodSumsNTimesLargerButNotTheMaxima) {
  LineItems items;
  items.daily({.namespace_name = "openshift-a", .usage_cpu = kHour, .cores = 4});
  const auto result = summarize(items, with_patterns({{"openshift-%", 1}, {"%-a", 7}, {"%", 3}, {"kube-%", 9}}));
  const SummaryRow row = pod_rows(result).at(0);
  EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), 3);
  EXPECT_EQ(number_of(row, Column::kNodeCapacityCpuCores), 4);
  EXPECT_EQ(row.cost_category_id, 7) << "the largest id";
  EXPECT_EQ(result.fan_outs.namespaces_in_several_categories, 1U);
}

TEST(CostCategory, NMatchingPatternsMakeTheStorageSumsNTimesLarger) {
  const double byte_seconds = 86400.0 * 31 * 0x1p30;
  const auto result =
      summarize(LineItems().storage({.capacity_bytes = 0x1p30, .capacity = byte_seconds}), with_patterns({{"apps", 1}, {"app_", 2}}));
  const SummaryRow row = storage_rows(result).at(0);
  EXPECT_EQ(number_of(row, Column::kPersistentvolumeclaimCapacityGigabyteMonths), 2);
  EXPECT_EQ(number_of(row, Column::kPersistentvolumeclaimCapacityGigabyte), 1);
  EXPECT_EQ(row.cost_category_id, 2);
}

TEST(CostCategory, UnallocatedRowsAreRepeatedForEachMatchingPattern) {
  LineItems items;
  items.hourly({.capacity_cpu = 5 * kHour}).daily({.usage_cpu = kHour});
  const auto rows = unallocated_rows(summarize(items, with_patterns({{"Worker unallocated", 4}, {"Worker%", 2}})));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].cost_category_id, 2);
  EXPECT_EQ(rows[1].cost_category_id, 4);
  for (const SummaryRow& row : rows) EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), 4);
}

TEST(CostCategory, NoMatchGivesNullAndSingleSums) {
  const SummaryRow row = pod_rows(summarize(LineItems().daily({.usage_cpu = kHour}), with_patterns({{"kube-%", 1}}))).at(0);
  EXPECT_EQ(row.cost_category_id, std::nullopt);
  EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), 1);
}

TEST(CostCategory, ANullNamespaceMatchesNothingAndTheEmptyOneMatchesPercent) {
  LineItems items;
  items.daily({.namespace_name = std::nullopt}).daily({.namespace_name = ""});
  const auto rows = pod_rows(summarize(items, with_patterns({{"%", 1}})));
  EXPECT_EQ(rows.at(0).cost_category_id, std::nullopt);
  EXPECT_EQ(rows.at(1).cost_category_id, 1);
}

TEST(CostCategory, APatternWithoutIdStillRepeatsTheRow) {
  const SummaryRow row =
      pod_rows(summarize(LineItems().daily({.usage_cpu = kHour}), with_patterns({{"apps", std::nullopt}, {"%", 5}}))).at(0);
  EXPECT_EQ(row.cost_category_id, 5) << "MAX skips NULL";
  EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), 2);
}

TEST(CostCategory, IsLeftOutWhereTheFeatureIsOff) {
  FoldOptions options = october();
  options.cost_category = false;
  const auto result = summarize(LineItems().daily({.usage_cpu = kHour}), with_patterns({{"%", 1}, {"a%", 2}}), options);
  for (const SummaryRow& row : result.rows.rows) EXPECT_EQ(row.cost_category_id, std::nullopt);
  EXPECT_EQ(number_of(pod_rows(result).at(0), Column::kPodUsageCpuCoreHours), 1);
}

}  // namespace
}  // namespace costmill
