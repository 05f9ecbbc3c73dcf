#include "summary/day_rows.h"

namespace costmill {
namespace {

Cell text_cell(std::string_view text) { return {.null = false, .text = text}; }

Cell text_cell(const DayRows& day, TextId id) { return id == kNullText ? Cell{} : text_cell(day.texts[id]); }

Cell integer_cell(std::optional<std::int32_t> integer) { return integer ? Cell{.null = false, .integer = *integer} : Cell{}; }

}  // namespace

Cell cell_of(const DayRows& day, const SummaryRow& row, Column column) {
  if (const auto text = text_member(column); text != nullptr) return text_cell(day, row.*text);
  switch (column) {
    case Column::kReportPeriodId: return integer_cell(day.cluster.report_period_id);
    case Column::kClusterId: return text_cell(day.cluster.cluster_id);
    case Column::kClusterAlias: return text_cell(day.cluster.cluster_alias);
    case Column::kDataSource: return text_cell(name_of(row.data_source));
    case Column::kUsageStart:
    case Column::kUsageEnd: return integer_cell(day.day.number);
    case Column::kSourceUuid: return text_cell(day.cluster.source_uuid);
    case Column::kInfrastructureUsageCost: return row.has_infrastructure_usage_cost ? text_cell(kZeroInfrastructureUsageCost) : Cell{};
    case Column::kCostCategoryId: return integer_cell(row.cost_category_id);
    default: break;
  }
  const double number = row.number(column);
  return is_null(number) ? Cell{} : Cell{.null = false, .number = number};
}

}  // namespace costmill
