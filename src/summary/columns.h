// The columns of reporting_ocpusagelineitem_daily_summary that Costmill fills, in the order of the canonical dump.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace costmill {

inline constexpr std::string_view kSummaryTable = "reporting_ocpusagelineitem_daily_summary";

enum class ColumnKind : std::uint8_t { kText, kJson, kNumber, kInteger, kDate, kUuid };

// Position in the canonical dump. The table's own uuid column is not part of it.
enum class Column : std::uint8_t {
  kReportPeriodId,
  kClusterId,
  kClusterAlias,
  kDataSource,
  kUsageStart,
  kUsageEnd,
  kNamespace,
  kNode,
  kResourceId,
  kPodLabels,
  kPodUsageCpuCoreHours,
  kPodRequestCpuCoreHours,
  kPodEffectiveUsageCpuCoreHours,
  kPodLimitCpuCoreHours,
  kPodUsageMemoryGigabyteHours,
  kPodRequestMemoryGigabyteHours,
  kPodEffectiveUsageMemoryGigabyteHours,
  kPodLimitMemoryGigabyteHours,
  kNodeCapacityCpuCores,
  kNodeCapacityCpuCoreHours,
  kNodeCapacityMemoryGigabytes,
  kNodeCapacityMemoryGigabyteHours,
  kClusterCapacityCpuCoreHours,
  kClusterCapacityMemoryGigabyteHours,
  kPersistentvolumeclaim,
  kPersistentvolume,
  kStorageclass,
  kVolumeLabels,
  kAllLabels,
  kPersistentvolumeclaimCapacityGigabyte,
  kPersistentvolumeclaimCapacityGigabyteMonths,
  kVolumeRequestStorageGigabyteMonths,
  kPersistentvolumeclaimUsageGigabyteMonths,
  kSourceUuid,
  kInfrastructureUsageCost,
  kCostCategoryId,
};

struct ColumnDef {
  std::string_view name;
  ColumnKind kind;
  std::uint16_t max_code_points;  // of text; 0: no limit
};

// Indexed by Column.
inline constexpr std::array<ColumnDef, 36> kColumns{{
    {"report_period_id", ColumnKind::kInteger, 0},
    {"cluster_id", ColumnKind::kText, 50},
    {"cluster_alias", ColumnKind::kText, 256},
    {"data_source", ColumnKind::kText, 64},
    {"usage_start", ColumnKind::kDate, 0},
    {"usage_end", ColumnKind::kDate, 0},
    {"namespace", ColumnKind::kText, 253},
    {"node", ColumnKind::kText, 253},
    {"resource_id", ColumnKind::kText, 253},
    {"pod_labels", ColumnKind::kJson, 0},
    {"pod_usage_cpu_core_hours", ColumnKind::kNumber, 0},
    {"pod_request_cpu_core_hours", ColumnKind::kNumber, 0},
    {"pod_effective_usage_cpu_core_hours", ColumnKind::kNumber, 0},
    {"pod_limit_cpu_core_hours", ColumnKind::kNumber, 0},
    {"pod_usage_memory_gigabyte_hours", ColumnKind::kNumber, 0},
    {"pod_request_memory_gigabyte_hours", ColumnKind::kNumber, 0},
    {"pod_effective_usage_memory_gigabyte_hours", ColumnKind::kNumber, 0},
    {"pod_limit_memory_gigabyte_hours", ColumnKind::kNumber, 0},
    {"node_capacity_cpu_cores", ColumnKind::kNumber, 0},
    {"node_capacity_cpu_core_hours", ColumnKind::kNumber, 0},
    {"node_capacity_memory_gigabytes", ColumnKind::kNumber, 0},
    {"node_capacity_memory_gigabyte_hours", ColumnKind::kNumber, 0},
    {"cluster_capacity_cpu_core_hours", ColumnKind::kNumber, 0},
    {"cluster_capacity_memory_gigabyte_hours", ColumnKind::kNumber, 0},
    {"persistentvolumeclaim", ColumnKind::kText, 253},
    {"persistentvolume", ColumnKind::kText, 253},
    {"storageclass", ColumnKind::kText, 253},
    {"volume_labels", ColumnKind::kJson, 0},
    {"all_labels", ColumnKind::kJson, 0},
    {"persistentvolumeclaim_capacity_gigabyte", ColumnKind::kNumber, 0},
    {"persistentvolumeclaim_capacity_gigabyte_months", ColumnKind::kNumber, 0},
    {"volume_request_storage_gigabyte_months", ColumnKind::kNumber, 0},
    {"persistentvolumeclaim_usage_gigabyte_months", ColumnKind::kNumber, 0},
    {"source_uuid", ColumnKind::kUuid, 0},
    {"infrastructure_usage_cost", ColumnKind::kJson, 0},
    {"cost_category_id", ColumnKind::kInteger, 0},
}};

constexpr const ColumnDef& def_of(Column column) { return kColumns[static_cast<std::size_t>(column)]; }

}  // namespace costmill
