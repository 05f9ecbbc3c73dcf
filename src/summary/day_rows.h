// The finished rows of one (cluster, day): what summarize hands to a sink.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/day.h"
#include "labels/label_maps.h"
#include "summary/columns.h"
#include "texts/texts.h"

namespace costmill {

// A quantity of a summary row: finite, or NULL. NaN stands for NULL: a day with a real NaN is refused before rows exist.
inline constexpr double kNullNumber = std::numeric_limits<double>::quiet_NaN();
inline bool is_null(double number) { return std::isnan(number); }

enum class DataSource : std::uint8_t { kPod, kStorage };  // in canonical order
inline std::string_view name_of(DataSource source) { return source == DataSource::kPod ? "Pod" : "Storage"; }

inline constexpr std::string_view kZeroInfrastructureUsageCost = R"({"cpu":0.0,"memory":0.0,"storage":0.0})";

// What all rows of a cluster share.
struct ClusterIdentity {
  std::string source_uuid;  // lower-case UUID text
  std::string cluster_id;
  std::string cluster_alias;
  std::optional<std::int32_t> report_period_id;
};

// Index of the first and count of all columns of kind kNumber, in table order: numbers[] of a row.
inline constexpr std::size_t kNumberCount = 18;

inline constexpr auto kNumberPositions = [] {
  std::array<std::size_t, kColumns.size()> positions{};
  std::size_t numbers = 0;
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    positions[c] = numbers;
    if (kColumns[c].kind == ColumnKind::kNumber) ++numbers;
  }
  return positions;
}();

// Position of a number column within SummaryRow::numbers.
constexpr std::size_t number_index(Column column) { return kNumberPositions[static_cast<std::size_t>(column)]; }

// Texts are ids into DayRows::texts, kNullText is NULL. Label columns hold canonical JSON text.
struct SummaryRow {
  SummaryRow() { numbers.fill(kNullNumber); }

  DataSource data_source = DataSource::kPod;
  bool has_infrastructure_usage_cost = true;
  TextId namespace_name = kNullText;
  TextId node = kNullText;
  TextId resource_id = kNullText;
  TextId pod_labels = kNullText;
  TextId persistentvolumeclaim = kNullText;
  TextId persistentvolume = kNullText;
  TextId storageclass = kNullText;
  TextId volume_labels = kNullText;
  TextId all_labels = kNullText;
  TextId csi_volume_handle = kNullText;  // a group key, but no column: last in the canonical order
  std::optional<std::int32_t> cost_category_id;
  std::array<double, kNumberCount> numbers;

  double& number(Column column) { return numbers[number_index(column)]; }
  double number(Column column) const { return numbers[number_index(column)]; }
};

// Rows in canonical order (docs/rules.md, "Canonical order").
struct DayRows {
  ClusterIdentity cluster;
  Day day;
  Texts texts;
  std::shared_ptr<const LabelMaps> label_maps;  // own the JSON among the texts
  std::vector<SummaryRow> rows;

  std::size_t memory_bytes() const { return texts.memory_bytes() + rows.capacity() * sizeof(SummaryRow); }

  std::optional<std::string_view> text(TextId id) const {
    return id == kNullText ? std::nullopt : std::optional<std::string_view>(texts[id]);
  }
};

// The member of a text column whose texts are ids; nullptr for all others.
constexpr TextId SummaryRow::*text_member(Column column) {
  switch (column) {
    case Column::kNamespace: return &SummaryRow::namespace_name;
    case Column::kNode: return &SummaryRow::node;
    case Column::kResourceId: return &SummaryRow::resource_id;
    case Column::kPodLabels: return &SummaryRow::pod_labels;
    case Column::kPersistentvolumeclaim: return &SummaryRow::persistentvolumeclaim;
    case Column::kPersistentvolume: return &SummaryRow::persistentvolume;
    case Column::kStorageclass: return &SummaryRow::storageclass;
    case Column::kVolumeLabels: return &SummaryRow::volume_labels;
    case Column::kAllLabels: return &SummaryRow::all_labels;
    default: return nullptr;
  }
}

// One cell as a sink sees it. Dates are Day, kText/kJson/kUuid are views into the day, numbers are doubles.
struct Cell {
  bool null = true;
  std::string_view text;     // kText, kJson, kUuid
  double number = 0;         // kNumber
  std::int32_t integer = 0;  // kInteger; kDate: days since 1970-01-01
};

Cell cell_of(const DayRows& day, const SummaryRow& row, Column column);

}  // namespace costmill
