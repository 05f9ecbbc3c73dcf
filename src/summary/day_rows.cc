#include "summary/day_rows.h"

namespace costmill {
namespace {

Cell text_cell(std::string_view text) { return {.null = false, .text = text}; }

Cell text_cell(const DayRows& day, TextId id) { return id == kNullText ? Cell{} : text_cell(day.texts[id]); }

Cell integer_cell(std::optional<std::int32_t> integer) { return integer ? Cell{.null = false, .integer = *integer} : Cell{}; }

}  // namespace

Cell cell_of(const DayRows& day, const SummaryRow& row, Column column) {
  switch (column) {
    case Column::kReportPeriodId: return integer_cell(day.cluster.report_period_id);
    case Column::kClusterId: return text_cell(day.cluster.cluster_id);
    case Column::kClusterAlias: return text_cell(day.cluster.cluster_alias);
    case Column::kDataSource: return text_cell(name_of(row.data_source));
    case Column::kUsageStart:
    case Column::kUsageEnd: return integer_cell(day.day.number);
    case Column::kNamespace: return text_cell(day, row.namespace_name);
    case Column::kNode: return text_cell(day, row.node);
    case Column::kResourceId: return text_cell(day, row.resource_id);
    case Column::kPodLabels: return text_cell(day, row.pod_labels);
    case Column::kPersistentvolumeclaim: return text_cell(day, row.persistentvolumeclaim);
    case Column::kPersistentvolume: return text_cell(day, row.persistentvolume);
    case Column::kStorageclass: return text_cell(day, row.storageclass);
    case Column::kVolumeLabels: return text_cell(day, row.volume_labels);
    case Column::kAllLabels: return text_cell(day, row.all_labels);
    case Column::kSourceUuid: return text_cell(day.cluster.source_uuid);
    case Column::kInfrastructureUsageCost: return row.has_infrastructure_usage_cost ? text_cell(kZeroInfrastructureUsageCost) : Cell{};
    case Column::kCostCategoryId: return integer_cell(row.cost_category_id);
    default: break;
  }
  const double number = row.number(column);
  return is_null(number) ? Cell{} : Cell{.null = false, .number = number};
}

}  // namespace costmill
