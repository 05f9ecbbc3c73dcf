// Rule 9.
#include "fold_builder.h"

namespace costmill {
namespace {

// Node n1 with resource i-1 has this role in the nodes table.
ReferenceData with_role(const Text& role) {
  ReferenceData reference = all_keys();
  reference.node_roles[{"n1", "i-1"}] = role;
  return reference;
}

Text unallocated_namespace(const Text& role) {
  const auto result = summarize(LineItems().daily({}), with_role(role));
  EXPECT_EQ(unallocated_rows(result).size(), 1U);
  return text_of(result, unallocated_rows(result).at(0).namespace_name);
}

TEST(Unallocated, IsNodeCapacityLessTheSumOfPodHours) {
  LineItems items;
  items.hourly({.capacity_cpu = 10 * kHour, .capacity_memory = 20 * kGigabyteHour});
  items.daily({.namespace_name = "a", .usage_cpu = 2 * kHour, .request_cpu = kHour, .usage_memory = 3 * kGigabyteHour});
  items.daily({.namespace_name = "b", .usage_cpu = kHour, .request_cpu = 4 * kHour, .usage_memory = kGigabyteHour});
  const SummaryRow row = unallocated_rows(summarize(items)).at(0);
  EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), 7);
  EXPECT_EQ(number_of(row, Column::kPodRequestCpuCoreHours), 5);
  EXPECT_EQ(number_of(row, Column::kPodEffectiveUsageCpuCoreHours), 4);
  EXPECT_EQ(number_of(row, Column::kPodUsageMemoryGigabyteHours), 16);
  EXPECT_EQ(number_of(row, Column::kPodLimitCpuCoreHours), std::nullopt);
  EXPECT_EQ(number_of(row, Column::kPodLimitMemoryGigabyteHours), std::nullopt);
}

TEST(Unallocated, CanBeNegative) {
  LineItems items;
  items.hourly({.capacity_cpu = kHour}).daily({.usage_cpu = 3 * kHour});
  EXPECT_EQ(number_of(unallocated_rows(summarize(items)).at(0), Column::kPodUsageCpuCoreHours), -2);
}

TEST(Unallocated, IsNullWithoutCapacityOrWithoutAnyValue) {
  EXPECT_EQ(number_of(unallocated_rows(summarize(LineItems().daily({}))).at(0), Column::kPodUsageCpuCoreHours), std::nullopt);
  LineItems items;
  items.hourly({}).daily({.usage_cpu = std::nullopt});
  EXPECT_EQ(number_of(unallocated_rows(summarize(items)).at(0), Column::kPodUsageCpuCoreHours), std::nullopt);
}

TEST(Unallocated, FanOutsAreSubtractedTwice) {
  LineItems items;
  items.hourly({.capacity_cpu = 10 * kHour}).daily({.usage_cpu = 2 * kHour});
  items.node_labels("n1", R"({"v":"1"})").node_labels("n1", R"({"v":"2"})");
  EXPECT_EQ(number_of(unallocated_rows(summarize(items)).at(0), Column::kPodUsageCpuCoreHours), 6);
}

TEST(Unallocated, MasterAndInfraGivePlatformAndWorkerGivesWorker) {
  EXPECT_EQ(unallocated_namespace("master"), "Platform unallocated");
  EXPECT_EQ(unallocated_namespace("infra"), "Platform unallocated");
  EXPECT_EQ(unallocated_namespace("worker"), "Worker unallocated");
}

TEST(Unallocated, UnknownRoleGivesRowWithoutNamespace) {
  EXPECT_EQ(unallocated_namespace(std::nullopt), std::nullopt);
  EXPECT_EQ(unallocated_namespace(""), std::nullopt);
  EXPECT_EQ(unallocated_namespace("Worker"), std::nullopt);
  const auto result = summarize(LineItems().daily({.node = "not-in-the-table"}), with_role("worker"));
  EXPECT_EQ(text_of(result, unallocated_rows(result).at(0).namespace_name), std::nullopt);
}

TEST(Unallocated, RoleIsJoinedOnNodeAndResourceId) {
  const auto of = [](const Text& resource_id) {
    const auto result = summarize(LineItems().daily({.resource_id = resource_id}), with_role("worker"));
    return text_of(result, unallocated_rows(result).at(0).namespace_name);
  };
  EXPECT_EQ(of("i-1"), "Worker unallocated");
  EXPECT_EQ(of("i-2"), std::nullopt);
  EXPECT_EQ(of(std::nullopt), std::nullopt);
}

TEST(Unallocated, AnEmptyResourceIdMatchesAnEmptyOne) {
  ReferenceData reference = all_keys();
  reference.node_roles[{"n1", ""}] = "master";
  const auto result = summarize(LineItems().daily({.resource_id = ""}), reference);
  EXPECT_EQ(text_of(result, unallocated_rows(result).at(0).namespace_name), "Platform unallocated");
}

TEST(Unallocated, TheLargestRoleOfTheRowsWins) {
  for (const bool worker_is_first : {true, false}) {
    ReferenceData reference = all_keys();
    reference.node_roles[{"n1", "i-1"}] = worker_is_first ? "worker" : "master";
    reference.node_roles[{"n1", "i-2"}] = worker_is_first ? "master" : "worker";
    LineItems items;
    items.daily({.namespace_name = "a", .resource_id = "i-1"}).daily({.namespace_name = "b", .resource_id = "i-2"});
    const auto result = summarize(items, reference);
    ASSERT_EQ(unallocated_rows(result).size(), 1U);
    EXPECT_EQ(text_of(result, unallocated_rows(result)[0].namespace_name), "Worker unallocated");
    EXPECT_EQ(text_of(result, unallocated_rows(result)[0].resource_id), "i-2");
  }
}

TEST(Unallocated, TheLargestCapacityOfTheNodesGroupsIsItsCapacity) {
  for (const bool large_is_first : {true, false}) {
    LineItems items;
    items.daily({.namespace_name = "a", .cores = large_is_first ? 8 : 4}).daily({.namespace_name = "b", .cores = large_is_first ? 4 : 8});
    EXPECT_EQ(number_of(unallocated_rows(summarize(items)).at(0), Column::kNodeCapacityCpuCores), 8);
  }
}

TEST(Unallocated, NullAndSyntheticNamespacesAreNotSubtracted) {
  LineItems items;
  items.hourly({.capacity_cpu = 10 * kHour}).daily({.usage_cpu = kHour});
  for (const Text& name : {Text("Platform unallocated"), Text("Worker unallocated"), Text("Network unattributed"),
                           Text("Storage unattributed"), Text(std::nullopt)}) {
    items.daily({.namespace_name = name, .usage_cpu = kHour});
  }
  items.daily({.namespace_name = "", .usage_cpu = kHour});  // the empty namespace counts
  EXPECT_EQ(number_of(unallocated_rows(summarize(items)).at(0), Column::kPodUsageCpuCoreHours), 8);
}

TEST(Unallocated, ANodeOfDroppedRowsOnlyHasNoRow) {
  LineItems items;
  items.hourly({.node = "n2"}).daily({.namespace_name = std::nullopt, .node = "n2"}).daily({.node = "n1"});
  const auto result = summarize(items);
  ASSERT_EQ(unallocated_rows(result).size(), 1U);
  EXPECT_EQ(text_of(result, unallocated_rows(result)[0].node), "n1");
}

TEST(Unallocated, LabelsAreEmptyAndInfrastructureCostIsNull) {
  const auto result = summarize(LineItems().daily({.labels = R"({"a":"1"})"}));
  const SummaryRow row = unallocated_rows(result).at(0);
  EXPECT_EQ(text_of(result, row.pod_labels), std::nullopt);
  EXPECT_EQ(text_of(result, row.all_labels), "{}");
  EXPECT_TRUE(cell_of(result.rows, row, Column::kInfrastructureUsageCost).null);
}

TEST(Unallocated, IsLeftOutWhereTheFeatureIsOff) {
  FoldOptions options = october();
  options.unallocated = false;
  EXPECT_TRUE(unallocated_rows(summarize(LineItems().daily({}), all_keys(), options)).empty());
}

}  // namespace
}  // namespace costmill
