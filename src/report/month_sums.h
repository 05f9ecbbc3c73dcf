// The sums of a report, over rows that come day by day. What it holds follows groups and days, not rows.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "calendar/day.h"
#include "report/label_filters.h"
#include "report/quantity.h"

namespace costmill {

// In the order of the page: CPU, then memory.
inline constexpr std::array<Column, 8> kUsageColumns{Column::kPodEffectiveUsageCpuCoreHours,
                                                     Column::kPodUsageCpuCoreHours,
                                                     Column::kPodRequestCpuCoreHours,
                                                     Column::kPodLimitCpuCoreHours,
                                                     Column::kPodEffectiveUsageMemoryGigabyteHours,
                                                     Column::kPodUsageMemoryGigabyteHours,
                                                     Column::kPodRequestMemoryGigabyteHours,
                                                     Column::kPodLimitMemoryGigabyteHours};
using UsageNumbers = std::array<Decimal, kUsageColumns.size()>;

struct Cluster {
  std::string source_uuid;
  std::string id;
  std::string alias;
};

// What a filter of the page keeps or drops as a whole.
struct UsageGroup {
  std::size_t cluster = 0;
  Name namespace_name;
  Name category;
  LabelPositions labels;

  auto operator<=>(const UsageGroup&) const = default;
};

struct NodeSums {
  std::uint64_t days = 0;
  CpuMemory capacity;
  CpuMemory effective;
  CpuMemory request;
  CpuMemory unallocated;
};

struct ClusterDay {
  std::uint64_t pod_rows = 0;
  std::uint64_t unallocated_rows = 0;
  std::uint64_t storage_rows = 0;
  CpuMemory capacity;  // of all nodes, those without pods too
  CpuMemory effective;
  CpuMemory unallocated;
  std::vector<std::string> nodes_above_capacity;  // that used more than they have

  std::uint64_t rows() const { return pod_rows + unallocated_rows + storage_rows; }
};

struct ClaimKey {
  std::size_t cluster = 0;
  Name storageclass;
  Name namespace_name;
  Name claim;
  Name category;
  LabelPositions labels;
  std::size_t merged_set = 0;  // 0: one claim; else of claims that stand together, equal in each entry that they have

  auto operator<=>(const ClaimKey&) const = default;
};
struct ClaimSums {
  Decimal capacity = 0;  // GiB, the most of any day; of merged claims the sum of that
  Decimal capacity_months = 0;
  Decimal request_months = 0;
  Decimal usage_months = 0;
  std::uint64_t merged = 0;  // claims that stand together here; 0: one claim

  void add_months(const ClaimSums& other);
};

struct MonthSums {
  std::vector<Cluster> clusters;
  std::map<UsageGroup, std::map<Day, UsageNumbers>> groups;  // without unallocated rows
  std::map<std::pair<std::size_t, Name>, NodeSums> nodes;
  std::map<std::pair<std::size_t, Day>, ClusterDay> cluster_days;
  std::map<ClaimKey, ClaimSums> claims;
  std::uint64_t claims_merged = 0;  // claims, however many entries they had

  // `cluster` is a position in clusters.
  void add_day(std::size_t cluster, Day day, const std::vector<StoredRow>& rows, LabelFilters& labels);
  // Of claims beyond so many the smallest are put together, by all that filters see. A claim whose labels or category changed has several
  // entries: claims with equal ones stand together, so that each can be counted once under any filter.
  void merge_small_claims(std::size_t most);
};

}  // namespace costmill
