#include "scan/table_use.h"

namespace costmill {
namespace {

constexpr std::uint32_t bit(int position) { return 1U << position; }

}  // namespace

TableUse use_of(Table table, UseOptions options) {
  switch (table) {
    case Table::kPodHourly: return {.capacity = options.pods};
    case Table::kPodDaily: return {.capacity = options.pods && options.one_pod_table, .pods = options.pods, .placements = options.storage};
    case Table::kStorageDaily: return {.storage = options.storage};
    case Table::kNodeLabels: return {.node_labels = true};
    case Table::kNamespaceLabels: return {.namespace_labels = true};
  }
  return {};
}

WantedColumns wanted_columns(TableUse use, bool derive_roles) {
  using namespace pod_columns;
  WantedColumns wanted;
  if (use.capacity) wanted = wanted | WantedColumns{bit(kNode), bit(kNodeCapacityCpuCoreSeconds) | bit(kNodeCapacityMemoryByteSeconds)};
  if (use.pods) {
    wanted = wanted | WantedColumns{bit(kNamespace) | bit(kNode) | bit(kResourceId) | bit(kPodLabels),
                                    (bit(kNodeCapacityMemoryBytes) << 1U) - 1};  // all up to the capacity of the row itself
    if (derive_roles) wanted.texts |= bit(kNodeRole);
  }
  if (use.placements) wanted.texts |= bit(kNamespace) | bit(kNode) | bit(kResourceId) | bit(kPod);
  if (use.nodes)
    wanted = wanted | WantedColumns{bit(kNamespace) | bit(kNode) | bit(kResourceId) | bit(kNodeRole), bit(kNodeCapacityCpuCores)};
  if (use.storage) wanted = {bit(storage_columns::kTextCount) - 1, bit(storage_columns::kNumberCount) - 1};
  if (use.node_labels || use.namespace_labels) wanted = {bit(label_columns::kTextCount) - 1, 0};
  return wanted;
}

WantedColumns with_known_pods(WantedColumns columns) {
  columns.known_texts = columns.texts & bit(pod_columns::kPod);
  return columns;
}

}  // namespace costmill
