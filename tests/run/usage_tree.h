// Pod usage of a small cluster, one daily file a day.
#pragma once

#include <string>
#include <vector>

#include "../scan/parquet_builder.h"

namespace costmill {

inline const ClusterTree kTree{"org1", "11111111-1111-4111-8111-111111111111"};

inline std::string daily_pods(const std::string& org, const std::string& uuid, int day) {
  return "data/parquet/daily/" + org + "/OCP/pod_usage/source=" + uuid + "/year=2025/month=10/pod_usage.2025-10-0" + std::to_string(day) +
         ".1.0.parquet";
}

inline std::string daily_storage(const std::string& org, const std::string& uuid, int day) {
  return "data/parquet/daily/" + org + "/OCP/storage_usage/source=" + uuid + "/year=2025/month=10/storage_usage.2025-10-0" +
         std::to_string(day) + ".1.0.parquet";
}

// Two line items of one and the same name in everything.
inline void write_line_items(const TempTree& tree, const std::string& path, Table table, int day, const std::string& usage) {
  const std::string ms = std::to_string((make_day(2025, 10, 1).number + day - 1) * kMillisecondsPerDay);
  std::vector<ColumnData> columns{{std::string(kIntervalStart), arrow::timestamp(arrow::TimeUnit::MILLI), "[" + ms + "," + ms + "]"}};
  for (const ColumnSpec& spec : schema_of(table).texts) columns.push_back({std::string(spec.name), arrow::utf8(), R"(["{}", "{}"])"});
  for (const ColumnSpec& spec : schema_of(table).numbers) {
    columns.push_back({std::string(spec.name), arrow::float64(), "[" + usage + ", 1]"});
  }
  write_columns(tree.at(path), columns);
}

inline void write_storage_day(const TempTree& tree, int day) {
  write_line_items(tree, daily_storage(kTree.org_id, kTree.provider_uuid, day), Table::kStorageDaily, day, "3600");
}

inline void write_day(const TempTree& tree, int day, const std::string& usage = "3600", const std::string& org = kTree.org_id,
                      const std::string& uuid = kTree.provider_uuid) {
  write_line_items(tree, daily_pods(org, uuid, day), Table::kPodDaily, day, usage);
}

}  // namespace costmill
