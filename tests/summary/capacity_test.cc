// Rule 5.
#include "fold_builder.h"
#include "special_numbers.h"

namespace costmill {
namespace {

TEST(Capacity, NodeCapacityIsTheSumOverIntervalsOfTheLargestValue) {
  LineItems items;
  for (const double hour : {0.0, 1.0, 2.0}) {
    items.hourly({.pod = "a", .capacity_cpu = 2 * kHour, .hour = hour});
    items.hourly({.pod = "b", .capacity_cpu = 4 * kHour, .hour = hour});
  }
  items.daily({});
  const auto row = pod_rows(summarize(items)).at(0);
  EXPECT_EQ(number_of(row, Column::kNodeCapacityCpuCoreHours), 12);
  EXPECT_EQ(number_of(row, Column::kNodeCapacityMemoryGigabyteHours), 48);
}

TEST(Capacity, TheSameFileTwiceDoesNotDoubleCapacity) {
  LineItems items;
  for (int copy = 0; copy < 2; ++copy) items.hourly({.hour = 5}).hourly({.hour = 6});
  items.daily({});
  EXPECT_EQ(number_of(pod_rows(summarize(items)).at(0), Column::kNodeCapacityCpuCoreHours), 8);
}

TEST(Capacity, IntervalsAreToldApartToTheMillisecond) {
  LineItems items;
  items.hourly({.hour = 1}).hourly({.hour = 1 + 1.0 / 3'600'000}).daily({});
  EXPECT_EQ(number_of(pod_rows(summarize(items)).at(0), Column::kNodeCapacityCpuCoreHours), 8);
}

TEST(Capacity, ClusterCapacityCountsEmptyAndNullNodes) {
  LineItems items;
  items.hourly({.node = "n1"}).hourly({.node = ""}).hourly({.node = std::nullopt}).hourly({.node = "only-hourly"}).daily({});
  const auto result = summarize(items);
  EXPECT_EQ(number_of(pod_rows(result).at(0), Column::kClusterCapacityCpuCoreHours), 16);
  EXPECT_EQ(number_of(pod_rows(result).at(0), Column::kNodeCapacityCpuCoreHours), 4);
  EXPECT_EQ(pod_rows(result).size(), 1U) << "a node with hourly rows only has no row";
}

TEST(Capacity, ANodeWithoutHourlyRowsHasNullAndNotZero) {
  LineItems items;
  items.hourly({.node = "other"}).daily({});
  const auto row = pod_rows(summarize(items)).at(0);
  EXPECT_EQ(number_of(row, Column::kNodeCapacityCpuCoreHours), std::nullopt);
  EXPECT_EQ(number_of(row, Column::kClusterCapacityCpuCoreHours), 4);
}

TEST(Capacity, ADayWithoutHourlyRowsHasNullClusterCapacity) {
  const auto row = pod_rows(summarize(LineItems().daily({}))).at(0);
  EXPECT_EQ(number_of(row, Column::kClusterCapacityCpuCoreHours), std::nullopt);
  EXPECT_EQ(number_of(row, Column::kClusterCapacityMemoryGigabyteHours), std::nullopt);
}

TEST(Capacity, NullAndNanAreSkippedWhereAnotherRowHasANumber) {
  LineItems items;
  items.hourly({.capacity_cpu = kNaN}).hourly({.capacity_cpu = 3 * kHour}).hourly({.capacity_cpu = std::nullopt}).daily({});
  EXPECT_EQ(number_of(pod_rows(summarize(items)).at(0), Column::kNodeCapacityCpuCoreHours), 3);
}

TEST(Capacity, OnlyNullCapacitiesGiveNull) {
  LineItems items;
  items.hourly({.capacity_cpu = std::nullopt}).daily({});
  EXPECT_EQ(number_of(pod_rows(summarize(items)).at(0), Column::kNodeCapacityCpuCoreHours), std::nullopt);
}

TEST(Capacity, OnlyNanCapacitiesOfAnIntervalRefuseTheDay) {
  const auto refusal = refusal_of(LineItems().hourly({.capacity_cpu = kNaN}).hourly({.hour = 1}).daily({}));
  EXPECT_EQ(refusal->column(), "node_capacity_cpu_core_seconds");
}

TEST(Capacity, CoresAndBytesAreTheLargestOfTheGroupsOwnRows) {
  LineItems items;
  items.daily({.namespace_name = "a", .cores = 2, .bytes = 0x1p30}).daily({.namespace_name = "a", .cores = 8, .bytes = std::nullopt});
  items.daily({.namespace_name = "b", .cores = kNaN, .bytes = 0x1p31}).daily({.namespace_name = "b", .cores = 3});
  const auto rows = pod_rows(summarize(items));
  EXPECT_EQ(number_of(rows.at(0), Column::kNodeCapacityCpuCores), 8);
  EXPECT_EQ(number_of(rows.at(0), Column::kNodeCapacityMemoryGigabytes), 1);
  EXPECT_EQ(number_of(rows.at(1), Column::kNodeCapacityCpuCores), 3);
  EXPECT_EQ(number_of(rows.at(1), Column::kNodeCapacityMemoryGigabytes), 16);
}

}  // namespace
}  // namespace costmill
