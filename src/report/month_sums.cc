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

void ClaimSums::add_months(const ClaimSums& other) {
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
      ClaimSums& claim = claims[{cluster, cell(row, Column::kStorageclass), namespace_name, cell(row, Column::kPersistentvolumeclaim),
                                 category, labels.positions_of(cell(row, Column::kAllLabels))}];
      const ClaimSums of_row = claim_sums(row);
      claim.capacity = std::max(claim.capacity, of_row.capacity);
      claim.add_months(of_row);
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
  struct Claim {
    Decimal capacity = 0;
    Decimal capacity_months = 0;
    std::vector<std::map<ClaimKey, ClaimSums>::const_iterator> entries;
  };
  std::map<std::tuple<std::size_t, Name, Name, Name>, Claim> whole;
  for (auto entry = claims.cbegin(); entry != claims.cend(); ++entry) {
    const auto& [key, sums] = *entry;
    Claim& claim = whole[{key.cluster, key.storageclass, key.namespace_name, key.claim}];
    claim.capacity = std::max(claim.capacity, sums.capacity);
    add_to(claim.capacity_months, sums.capacity_months);
    claim.entries.push_back(entry);
  }
  if (whole.size() <= most) return;
  std::vector<const Claim*> order;
  for (const auto& [name, claim] : whole) order.push_back(&claim);
  std::stable_sort(order.begin(), order.end(),
                   [](const Claim* left, const Claim* right) { return left->capacity_months > right->capacity_months; });
  order.erase(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most));
  std::map<std::vector<ClaimKey>, std::size_t> sets;
  std::map<ClaimKey, ClaimSums> merged;
  for (const Claim* claim : order) {
    std::vector<ClaimKey> keys;
    for (const auto entry : claim->entries) {
      keys.push_back(entry->first);
      keys.back().claim.reset();
    }
    const std::size_t set = sets.try_emplace(keys, sets.size() + 1).first->second;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      keys[i].merged_set = set;
      ClaimSums& sums = merged[keys[i]];
      add_to(sums.capacity, claim->capacity);
      sums.add_months(claim->entries[i]->second);
      ++sums.merged;
      claims.erase(claim->entries[i]);
    }
  }
  claims_merged = order.size();
  claims.merge(merged);
}

}  // namespace costmill
