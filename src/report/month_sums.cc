#include "report/month_sums.h"

#include <algorithm>

namespace costmill {
namespace {

// Samples at both ends can make 61 minutes of an hour.
constexpr double kRoomAboveCapacity = 1.05;

struct NodeOfDay {
  CpuMemory capacity;  // every row of a node carries it
  CpuMemory usage;
};

bool exceeds(const CpuMemory& usage, const CpuMemory& capacity) {
  const auto is_above = [](Decimal used, Decimal whole) {
    return whole > 0 && approximately(used) > kRoomAboveCapacity * approximately(whole);
  };
  return is_above(usage.cpu, capacity.cpu) || is_above(usage.memory, capacity.memory);
}

ClaimSums claim_sums(const StoredRow& row) {
  return {.capacity = quantity(row, Column::kPersistentvolumeclaimCapacityGigabyte),
          .capacity_months = quantity(row, Column::kPersistentvolumeclaimCapacityGigabyteMonths),
          .request_months = quantity(row, Column::kVolumeRequestStorageGigabyteMonths),
          .usage_months = quantity(row, Column::kPersistentvolumeclaimUsageGigabyteMonths)};
}

}  // namespace

void ClaimSums::merge(const ClaimSums& other) {
  capacity = std::max(capacity, other.capacity);
  add_to(capacity_months, other.capacity_months);
  add_to(request_months, other.request_months);
  add_to(usage_months, other.usage_months);
}

void MonthSums::add_day(std::size_t cluster, Day day, const std::vector<StoredRow>& rows, LabelFilters& labels) {
  ClusterDay& of_day = cluster_days[{cluster, day}];
  std::map<Name, NodeOfDay> nodes_of_day;
  for (const StoredRow& row : rows) {
    const Name& namespace_name = cell(row, Column::kNamespace);
    const Name& category = cell(row, Column::kCostCategoryId);
    if (cell(row, Column::kDataSource) == name_of(DataSource::kStorage)) {
      ++of_day.storage_rows;
      claims[{cluster, cell(row, Column::kStorageclass), namespace_name, cell(row, Column::kPersistentvolumeclaim), category,
              labels.positions_of(cell(row, Column::kAllLabels))}]
          .merge(claim_sums(row));
      continue;
    }
    const Name& node = cell(row, Column::kNode);
    NodeOfDay& node_of_day = nodes_of_day[node];
    node_of_day.capacity.raise_to(cpu_memory(row, Column::kNodeCapacityCpuCoreHours, Column::kNodeCapacityMemoryGigabyteHours));
    of_day.capacity.raise_to(cpu_memory(row, Column::kClusterCapacityCpuCoreHours, Column::kClusterCapacityMemoryGigabyteHours));
    NodeSums& of_node = nodes[{cluster, node}];
    const CpuMemory effective = cpu_memory(row, Column::kPodEffectiveUsageCpuCoreHours, Column::kPodEffectiveUsageMemoryGigabyteHours);
    if (is_unallocated(row)) {
      ++of_day.unallocated_rows;
      of_day.unallocated.add(effective);
      of_node.unallocated.add(effective);
      continue;
    }
    ++of_day.pod_rows;
    of_day.effective.add(effective);
    of_node.effective.add(effective);
    of_node.request.add(cpu_memory(row, Column::kPodRequestCpuCoreHours, Column::kPodRequestMemoryGigabyteHours));
    node_of_day.usage.add(cpu_memory(row, Column::kPodUsageCpuCoreHours, Column::kPodUsageMemoryGigabyteHours));
    UsageNumbers& numbers = groups[{cluster, namespace_name, category, labels.positions_of(cell(row, Column::kAllLabels))}][day];
    for (std::size_t i = 0; i < kUsageColumns.size(); ++i) add_to(numbers[i], quantity(row, kUsageColumns[i]));
  }
  for (const auto& [node, node_of_day] : nodes_of_day) {
    NodeSums& of_node = nodes[{cluster, node}];
    ++of_node.days;
    of_node.capacity.add(node_of_day.capacity);
    if (exceeds(node_of_day.usage, node_of_day.capacity)) of_day.nodes_above_capacity.push_back(node.value_or(""));
  }
}

void MonthSums::merge_small_claims(std::size_t most) {
  if (claims.size() <= most) return;
  std::vector<std::map<ClaimKey, ClaimSums>::const_iterator> order;
  for (auto claim = claims.cbegin(); claim != claims.cend(); ++claim) order.push_back(claim);
  std::stable_sort(order.begin(), order.end(),
                   [](auto left, auto right) { return left->second.capacity_months > right->second.capacity_months; });
  std::map<ClaimKey, ClaimSums> merged;
  for (std::size_t i = most; i < order.size(); ++i) {
    ClaimKey key = order[i]->first;
    key.claim.reset();
    ClaimSums& sums = merged[key];
    sums.merge(order[i]->second);
    ++sums.merged;
    ++claims_merged;
  }
  for (std::size_t i = most; i < order.size(); ++i) claims.erase(order[i]);
  for (auto& [key, sums] : merged) {
    const auto [claim, is_new] = claims.try_emplace(key, sums);
    if (is_new) continue;
    // A claim without a name that is large enough to have stood alone.
    ++sums.merged;
    claim->second.merge(sums);
    claim->second.merged = sums.merged;
  }
}

}  // namespace costmill
