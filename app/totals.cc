#include "totals.h"

#include <algorithm>
#include <charconv>

#include "sink/stored_cells.h"
#include "summary/columns.h"

namespace costmill::app {
namespace {

// NULL counts as nothing in a sum.
double number(const StoredRow& row, Column column) {
  const Name& text = cell(row, column);
  double value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

Usage usage(const StoredRow& row, Column cpu, Column memory) { return {number(row, cpu), number(row, memory)}; }

Usage effective_usage(const StoredRow& row) {
  return usage(row, Column::kPodEffectiveUsageCpuCoreHours, Column::kPodEffectiveUsageMemoryGigabyteHours);
}

void add_storage(ClaimTotals& claim, const StoredRow& row) {
  claim.capacity_gib = std::max(claim.capacity_gib, number(row, Column::kPersistentvolumeclaimCapacityGigabyte));
  claim.capacity_gib_months += number(row, Column::kPersistentvolumeclaimCapacityGigabyteMonths);
  claim.request_gib_months += number(row, Column::kVolumeRequestStorageGigabyteMonths);
  claim.usage_gib_months += number(row, Column::kPersistentvolumeclaimUsageGigabyteMonths);
}

}  // namespace

Usage& Usage::operator+=(const Usage& other) {
  cpu_core_hours += other.cpu_core_hours;
  memory_gib_hours += other.memory_gib_hours;
  return *this;
}

void Totals::add_day(const StoredKey& key, const std::vector<StoredRow>& rows) {
  DayTotals day{.key = key};
  std::map<NodeKey, Usage> capacity;  // every row of a node carries the node's capacity of the day
  for (const StoredRow& row : rows) {
    const Name& namespace_name = cell(row, Column::kNamespace);
    if (cell(row, Column::kDataSource) == "Storage") {
      ++day.storage_rows;
      add_storage(claims[{key.source_uuid, cell(row, Column::kStorageclass), namespace_name, cell(row, Column::kPersistentvolumeclaim)}],
                  row);
      continue;
    }
    const NodeKey node{key.source_uuid, cell(row, Column::kNode)};
    const Usage of_row = usage(row, Column::kNodeCapacityCpuCoreHours, Column::kNodeCapacityMemoryGigabyteHours);
    Usage& of_node = capacity[node];
    of_node = {std::max(of_node.cpu_core_hours, of_row.cpu_core_hours), std::max(of_node.memory_gib_hours, of_row.memory_gib_hours)};
    const Usage effective = effective_usage(row);
    if (is_unallocated(row)) {
      ++day.unallocated_rows;
      nodes[node].unallocated += effective;
      unallocated += effective;
      continue;
    }
    ++day.pod_rows;
    day.effective += effective;
    nodes[node].effective += effective;
    NamespaceTotals& totals = namespaces[{key.source_uuid, namespace_name}];
    totals.effective += effective;
    totals.requested += usage(row, Column::kPodRequestCpuCoreHours, Column::kPodRequestMemoryGigabyteHours);
  }
  for (const auto& [node, of_day] : capacity) nodes[node].capacity += of_day;
  days.push_back(std::move(day));
}

}  // namespace costmill::app
