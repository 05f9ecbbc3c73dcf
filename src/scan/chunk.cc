#include "scan/chunk.h"

namespace costmill {
namespace {

using enum Presence;

constexpr ColumnSpec kPodTexts[] = {{"namespace", kRequired},   {"node", kRequired},       {"pod", kRequired},
                                    {"resource_id", kOptional}, {"pod_labels", kOptional}, {"node_role", kOptional}};
constexpr ColumnSpec kPodNumbers[] = {
    {"pod_usage_cpu_core_seconds", kRequired},
    {"pod_request_cpu_core_seconds", kRequired},
    {"pod_effective_usage_cpu_core_seconds", kOptional},
    {"pod_limit_cpu_core_seconds", kRequired},
    {"pod_usage_memory_byte_seconds", kRequired},
    {"pod_request_memory_byte_seconds", kRequired},
    {"pod_effective_usage_memory_byte_seconds", kOptional},
    {"pod_limit_memory_byte_seconds", kRequired},
    {"node_capacity_cpu_cores", kRequired},
    {"node_capacity_memory_bytes", kRequired},
    {"node_capacity_cpu_core_seconds", kRequired},
    {"node_capacity_memory_byte_seconds", kRequired},
};
constexpr ColumnSpec kStorageTexts[] = {{"namespace", kRequired},
                                        {"pod", kRequired},
                                        {"persistentvolumeclaim", kRequired},
                                        {"persistentvolume", kRequired},
                                        {"storageclass", kRequired},
                                        {"csi_volume_handle", kOptional},
                                        {"persistentvolume_labels", kOptional},
                                        {"persistentvolumeclaim_labels", kOptional}};
constexpr ColumnSpec kStorageNumbers[] = {{"persistentvolumeclaim_capacity_bytes", kRequired},
                                          {"persistentvolumeclaim_capacity_byte_seconds", kRequired},
                                          {"volume_request_storage_byte_seconds", kRequired},
                                          {"persistentvolumeclaim_usage_byte_seconds", kRequired}};
constexpr ColumnSpec kNodeLabelTexts[] = {{"node", kRequired}, {"node_labels", kOptional}};
constexpr ColumnSpec kNamespaceLabelTexts[] = {{"namespace", kRequired}, {"namespace_labels", kOptional}};

static_assert(std::size(kPodTexts) == pod_columns::kTextCount);
static_assert(std::size(kPodNumbers) == pod_columns::kNumberCount);
static_assert(std::size(kStorageTexts) == storage_columns::kTextCount);
static_assert(std::size(kStorageNumbers) == storage_columns::kNumberCount);

constexpr TableSchema kPodSchema{kPodTexts, kPodNumbers};
constexpr TableSchema kStorageSchema{kStorageTexts, kStorageNumbers};
constexpr TableSchema kNodeLabelSchema{kNodeLabelTexts, {}};
constexpr TableSchema kNamespaceLabelSchema{kNamespaceLabelTexts, {}};

}  // namespace

const TableSchema& schema_of(Table table) {
  switch (table) {
    case Table::kPodHourly:
    case Table::kPodDaily: return kPodSchema;
    case Table::kStorageDaily: return kStorageSchema;
    case Table::kNodeLabels: return kNodeLabelSchema;
    case Table::kNamespaceLabels: break;
  }
  return kNamespaceLabelSchema;
}

}  // namespace costmill
