// Line items by hand, folded in memory: a table a kind of row, one row a call.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "decimal/decimal.h"
#include "summary/fold.h"

namespace costmill {

using Text = std::optional<std::string>;
using Number = std::optional<double>;

inline const Day kDay = make_day(2025, 10, 1);
inline constexpr double kHour = 3600;
inline constexpr double kGigabyteHour = 3600 * 0x1p30;

struct PodItem {
  Text namespace_name = "apps";
  Text node = "n1";
  Text pod = "p1";
  Text resource_id = "i-1";
  Text labels = "{}";
  Text node_role = std::nullopt;
  Number usage_cpu = 0;
  Number request_cpu = 0;
  Number effective_cpu = std::nullopt;
  Number limit_cpu = 0;
  Number usage_memory = 0;
  Number request_memory = 0;
  Number effective_memory = std::nullopt;
  Number limit_memory = 0;
  Number cores = 4;
  Number bytes = 0x1p34;
  Number capacity_cpu = 4 * kHour;
  Number capacity_memory = 16 * kGigabyteHour;
  double hour = 0;
  Day day = kDay;
};

struct StorageItem {
  Text namespace_name = "apps";
  Text pod = "p1";
  Text claim = "claim";
  Text volume = "volume";
  Text storage_class = "gp2";
  Text handle = std::nullopt;
  Text volume_labels = "{}";
  Text claim_labels = "{}";
  Number capacity_bytes = 0;
  Number capacity = 0;
  Number request = 0;
  Number usage = 0;
  Day day = kDay;
};

struct LabelItem {
  Text subject;
  Text labels;
  Day day = kDay;
};

// One table of line items in its form before a chunk.
struct Row {
  std::int64_t ms = 0;
  std::vector<Text> texts;
  std::vector<Number> numbers;
};

inline constexpr TableUse kHourly{.capacity = true};
inline constexpr TableUse kDaily{.pods = true, .placements = true};
inline constexpr TableUse kStorage{.storage = true};
inline constexpr TableUse kNodeLabels{.node_labels = true};
inline constexpr TableUse kNamespaceLabels{.namespace_labels = true};

inline std::int64_t ms_of(Day day, double hour) { return day.number * kMillisecondsPerDay + std::llround(hour * 3'600'000); }

inline Row row_of(const PodItem& item) {
  return {ms_of(item.day, item.hour),
          {item.namespace_name, item.node, item.pod, item.resource_id, item.labels, item.node_role},
          {item.usage_cpu, item.request_cpu, item.effective_cpu, item.limit_cpu, item.usage_memory, item.request_memory,
           item.effective_memory, item.limit_memory, item.cores, item.bytes, item.capacity_cpu, item.capacity_memory}};
}

inline Row row_of(const StorageItem& item) {
  return {ms_of(item.day, 0),
          {item.namespace_name, item.pod, item.claim, item.volume, item.storage_class, item.handle, item.volume_labels, item.claim_labels},
          {item.capacity_bytes, item.capacity, item.request, item.usage}};
}

inline Row row_of(const LabelItem& item) { return {ms_of(item.day, 0), {item.subject, item.labels}, {}}; }

inline Chunk chunk_of(std::span<const Row> rows, std::uint64_t first_row, Texts& texts) {
  Chunk chunk;
  chunk.rows = rows.size();
  chunk.first_row = first_row;
  if (!rows.empty()) {
    chunk.texts.resize(rows[0].texts.size());
    chunk.numbers.resize(rows[0].numbers.size());
  }
  for (const Row& row : rows) {
    chunk.interval_start_ms.push_back(row.ms);
    for (std::size_t i = 0; i < row.texts.size(); ++i) {
      chunk.texts[i].push_back(row.texts[i] ? texts.intern(*row.texts[i]) : kNullText);
    }
    for (std::size_t i = 0; i < row.numbers.size(); ++i) {
      chunk.numbers[i].values.push_back(row.numbers[i].value_or(0));
      chunk.numbers[i].valid.push_back(row.numbers[i] ? 1 : 0);
    }
  }
  return chunk;
}

// The tables of a run; each kind is one file, numbered in the order of their first rows.
class LineItems {
 public:
  LineItems& hourly(const PodItem& item) { return add(kHourly, row_of(item)); }
  LineItems& daily(const PodItem& item) { return add(kDaily, row_of(item)); }
  LineItems& storage(const StorageItem& item) { return add(kStorage, row_of(item)); }
  LineItems& node_labels(Text node, Text labels, Day day = kDay) {
    return add(kNodeLabels, row_of(LabelItem{std::move(node), std::move(labels), day}));
  }
  LineItems& namespace_labels(Text name, Text labels, Day day = kDay) {
    return add(kNamespaceLabels, row_of(LabelItem{std::move(name), std::move(labels), day}));
  }

  struct File {
    TableUse use;
    std::vector<Row> rows;
  };
  const std::vector<File>& files() const { return files_; }
  std::vector<File>& files() { return files_; }

 private:
  LineItems& add(TableUse use, Row row) {
    const auto found = std::find_if(files_.begin(), files_.end(), [&](const File& file) { return file.use == use; });
    File& file = found == files_.end() ? files_.emplace_back(File{use, {}}) : *found;
    file.rows.push_back(std::move(row));
    return *this;
  }

  std::vector<File> files_;
};

inline FoldOptions october() { return {.first_day = make_day(2025, 10, 1), .last_day = make_day(2025, 10, 31)}; }

inline ClusterIdentity test_cluster() {
  return {.source_uuid = "11111111-1111-4111-8111-111111111111", .cluster_id = "c", .cluster_alias = "C", .report_period_id = 1};
}

inline ReferenceData all_keys() {
  ReferenceData reference;
  reference.given = true;
  return reference;
}

inline Fold folded(const LineItems& items, const FoldOptions& options = october()) {
  Fold fold(options);
  for (std::size_t file = 0; file < items.files().size(); ++file) {
    fold.add(chunk_of(items.files()[file].rows, 0, fold.texts()), items.files()[file].use, static_cast<std::uint32_t>(file));
  }
  return fold;
}

inline DayResult summarize(const LineItems& items, const ReferenceData& reference = all_keys(), const FoldOptions& options = october(),
                           Day day = kDay) {
  return folded(items, options).finish(day, test_cluster(), reference);
}

// Rows of the result as people look for them.
inline std::vector<SummaryRow> rows_where(const DayResult& result, const std::function<bool(const SummaryRow&)>& wanted) {
  std::vector<SummaryRow> rows;
  std::copy_if(result.rows.rows.begin(), result.rows.rows.end(), std::back_inserter(rows), wanted);
  return rows;
}

// Unallocated rows are the Pod rows without pod_labels and infrastructure cost.
inline bool is_unallocated(const SummaryRow& row) { return row.data_source == DataSource::kPod && !row.has_infrastructure_usage_cost; }
inline std::vector<SummaryRow> unallocated_rows(const DayResult& result) { return rows_where(result, is_unallocated); }
inline std::vector<SummaryRow> pod_rows(const DayResult& result) {
  return rows_where(result, [](const SummaryRow& row) { return row.data_source == DataSource::kPod && !is_unallocated(row); });
}
inline std::vector<SummaryRow> storage_rows(const DayResult& result) {
  return rows_where(result, [](const SummaryRow& row) { return row.data_source == DataSource::kStorage; });
}

inline Text text_of(const DayResult& result, TextId id) {
  const auto text = result.rows.text(id);
  return text ? Text(std::string(*text)) : std::nullopt;
}

inline Number number_of(const SummaryRow& row, Column column) {
  const double number = row.number(column);
  return is_null(number) ? std::nullopt : Number(number);
}

// All cells of a day, one text a row.
inline std::vector<std::string> dump(const DayResult& result) {
  std::vector<std::string> lines;
  for (const SummaryRow& row : result.rows.rows) {
    std::string& line = lines.emplace_back();
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const Cell cell = cell_of(result.rows, row, static_cast<Column>(c));
      line += '|';
      if (cell.null) {
        line += "\\N";
      } else if (kColumns[c].kind == ColumnKind::kNumber) {
        append_decimal(line, to_decimal(cell.number).value());
      } else if (kColumns[c].kind == ColumnKind::kInteger || kColumns[c].kind == ColumnKind::kDate) {
        line += std::to_string(cell.integer);
      } else {
        line += cell.text;
      }
    }
    line += '|' + text_of(result, row.csi_volume_handle).value_or("\\N");
  }
  return lines;
}

// The refusal of the day; fails the test if there is none.
inline std::optional<Refusal> refusal_of(const LineItems& items, const ReferenceData& reference = all_keys()) {
  try {
    summarize(items, reference);
  } catch (const Refusal& refusal) {
    return refusal;
  }
  ADD_FAILURE() << "the day is not refused";
  return std::nullopt;
}

}  // namespace costmill
