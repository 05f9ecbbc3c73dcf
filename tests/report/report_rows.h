// Rows as a sink gives them back, and a reader over them.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sink/sink.h"
#include "sink/stored_cells.h"

namespace costmill {

inline const std::string kOneSource = "11111111-1111-4111-8111-111111111111";
inline const Day kFirst = make_day(2025, 10, 1);
inline const std::atomic<bool> kNotCancelled = false;

using Cells = std::vector<std::pair<Column, std::optional<std::string>>>;

inline StoredRow row_of(const Cells& cells) {
  StoredRow row(kColumns.size());
  row[static_cast<std::size_t>(Column::kClusterId)] = "cluster-1";
  row[static_cast<std::size_t>(Column::kClusterAlias)] = "Cluster one";
  for (const auto& [column, text] : cells) row[static_cast<std::size_t>(column)] = text;
  return row;
}

inline StoredRow pod_row(const std::string& namespace_name, const std::string& cpu, const std::string& labels = "{}",
                         const Cells& more = {}) {
  StoredRow row = row_of({{Column::kDataSource, "Pod"},
                          {Column::kNamespace, namespace_name},
                          {Column::kNode, "node-1"},
                          {Column::kAllLabels, labels},
                          {Column::kInfrastructureUsageCost, std::string(kZeroInfrastructureUsageCost)},
                          {Column::kPodEffectiveUsageCpuCoreHours, cpu}});
  for (const auto& [column, text] : more) row[static_cast<std::size_t>(column)] = text;
  return row;
}

inline StoredRow claim_row(const std::string& claim, const std::string& capacity_months) {
  return row_of({{Column::kDataSource, "Storage"},
                 {Column::kNamespace, "shop"},
                 {Column::kStorageclass, "fast"},
                 {Column::kPersistentvolumeclaim, claim},
                 {Column::kAllLabels, "{}"},
                 {Column::kInfrastructureUsageCost, std::string(kZeroInfrastructureUsageCost)},
                 {Column::kPersistentvolumeclaimCapacityGigabyte, "10"},
                 {Column::kPersistentvolumeclaimCapacityGigabyteMonths, capacity_months}});
}

class RowsInMemory final : public SinkReader {
 public:
  std::map<StoredKey, std::vector<StoredRow>> rows;
  std::vector<DayRecord> kept_records;

  std::vector<StoredKey> days() override {
    std::vector<StoredKey> keys;
    for (const auto& [key, of_day] : rows) keys.push_back(key);
    return keys;
  }
  std::vector<StoredRow> read_day(const StoredKey& key) override { return rows[key]; }
  std::vector<DayRecord> records() override { return kept_records; }
};

}  // namespace costmill
