#include "report/month_sums.h"

#include <gtest/gtest.h>

#include "report_rows.h"

namespace costmill {
namespace {

struct Summed {
  explicit Summed(const std::vector<std::vector<StoredRow>>& days, std::optional<LabelFilters::Key> key = std::nullopt) {
    if (key) labels.keys.push_back(*std::move(key));
    sums.clusters = {{kOneSource, "cluster-1", "Cluster one"}};
    Day day = kFirst;
    for (const auto& rows : days) {
      sums.add_day(0, day, rows, labels);
      day = day.next();
    }
  }
  MonthSums sums;
  LabelFilters labels;
};

StoredRow unallocated_row(const std::string& cpu) {
  return row_of({{Column::kDataSource, "Pod"},
                 {Column::kNamespace, "Worker unallocated"},
                 {Column::kNode, "node-1"},
                 {Column::kPodEffectiveUsageCpuCoreHours, cpu}});
}

TEST(MonthSums, GroupsAreSummedByDayAndUnallocatedRowsAreNoUsage) {
  const Summed summed({{pod_row("shop", "0.1"), pod_row("shop", "0.2"), unallocated_row("5")}, {pod_row("shop", "4")}});
  ASSERT_EQ(summed.sums.groups.size(), 1U);
  const auto& [group, days] = *summed.sums.groups.begin();
  EXPECT_EQ(group.namespace_name, "shop");
  EXPECT_EQ(text_of(days.at(kFirst)[0]), "0.3");
  EXPECT_EQ(text_of(days.at(kFirst.next())[0]), "4");
  const NodeSums& node = summed.sums.nodes.at({0, "node-1"});
  EXPECT_EQ(text_of(node.effective.cpu), "4.3");
  EXPECT_EQ(text_of(node.unallocated.cpu), "5");
}

TEST(MonthSums, NamespacesThatAreNullAndEmptyAreTwoGroups) {
  StoredRow null_namespace = pod_row("", "1");
  null_namespace[static_cast<std::size_t>(Column::kNamespace)] = std::nullopt;
  EXPECT_EQ(Summed({{pod_row("", "1"), null_namespace}}).sums.groups.size(), 2U);
}

TEST(MonthSums, CapacityOfANodeCountsOnceADayHoweverManyRowsCarryIt) {
  const Cells capacity{{Column::kNodeCapacityCpuCoreHours, "96"}, {Column::kClusterCapacityCpuCoreHours, "200"}};
  const Summed summed({{pod_row("a", "1", "{}", capacity), pod_row("b", "1", "{}", capacity)}, {pod_row("a", "1", "{}", capacity)}});
  EXPECT_EQ(text_of(summed.sums.nodes.at({0, "node-1"}).capacity.cpu), "192");
  EXPECT_EQ(summed.sums.nodes.at({0, "node-1"}).days, 2U);
  EXPECT_EQ(text_of(summed.sums.cluster_days.at({0, kFirst}).capacity.cpu), "200");
}

TEST(MonthSums, NodesThatUsedMoreThanTheyHaveAreNamed) {
  const auto day = [](const std::string& used) {
    return std::vector<StoredRow>{
        pod_row("a", "1", "{}", {{Column::kNodeCapacityCpuCoreHours, "100"}, {Column::kPodUsageCpuCoreHours, used}})};
  };
  const Summed summed({day("105"), day("106")});
  EXPECT_TRUE(summed.sums.cluster_days.at({0, kFirst}).nodes_above_capacity.empty());
  EXPECT_EQ(summed.sums.cluster_days.at({0, kFirst.next()}).nodes_above_capacity, std::vector<std::string>{"node-1"});
}

TEST(MonthSums, SmallClaimsStandTogetherAndKeepTheSums) {
  Summed summed({{claim_row("large", "8"), claim_row("small", "0.5"), claim_row("smaller", "0.25")}});
  summed.sums.merge_small_claims(1);
  ASSERT_EQ(summed.sums.claims.size(), 2U);
  EXPECT_EQ(summed.sums.claims_merged, 2U);
  Decimal total = 0;
  for (const auto& [key, claim] : summed.sums.claims) {
    total += claim.capacity_months;
    EXPECT_EQ(claim.merged, key.claim ? 0U : 2U);
  }
  EXPECT_EQ(text_of(total), "8.75");
}

TEST(MonthSums, ClaimsWhoseLabelsChangedCountOnceAndTheirSizesAreSummed) {
  const auto day = [](const std::string& team) {
    std::vector<StoredRow> rows;
    for (const auto& [name, months] : {std::pair("large", "8"), std::pair("small", "0.5"), std::pair("smaller", "0.25")}) {
      rows.push_back(claim_row(name, months));
      rows.back()[static_cast<std::size_t>(Column::kAllLabels)] = R"({"team":")" + team + "\"}";
    }
    rows.push_back(claim_row("smallest", "0.125"));
    return rows;
  };
  Summed summed({day("a"), day("b")}, LabelFilters::Key{.key = "team", .values = {"a", "b"}});
  MonthSums all = summed.sums;
  all.merge_small_claims(4);
  EXPECT_EQ(all.claims_merged, 0U);
  summed.sums.merge_small_claims(1);
  EXPECT_EQ(summed.sums.claims_merged, 3U);
  std::map<std::size_t, std::vector<std::pair<std::uint64_t, std::string>>> sets;
  for (const auto& [key, claim] : summed.sums.claims) sets[key.merged_set].emplace_back(claim.merged, text_of(claim.capacity));
  using Set = std::vector<std::pair<std::uint64_t, std::string>>;
  EXPECT_EQ(sets[0], (Set{{0, "10"}, {0, "10"}}));
  EXPECT_EQ(sets[1], (Set{{2, "20"}, {2, "20"}}));
  EXPECT_EQ(sets[2], (Set{{1, "10"}}));
}

}  // namespace
}  // namespace costmill
