// Sums over stored rows, for show. Doubles: what is exact is the sink, this is a view of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sink/sink.h"

namespace costmill::app {

// CPU in core-hours, memory in GiB-hours.
struct Usage {
  double cpu_core_hours = 0;
  double memory_gib_hours = 0;

  Usage& operator+=(const Usage& other);
};

using Name = std::optional<std::string>;  // nullopt: NULL

struct NamespaceKey {
  std::string cluster;
  Name name;
  auto operator<=>(const NamespaceKey&) const = default;
};
struct NamespaceTotals {
  Usage effective;
  Usage requested;
};

struct NodeKey {
  std::string cluster;
  Name node;
  auto operator<=>(const NodeKey&) const = default;
};
struct NodeTotals {
  Usage capacity;
  Usage effective;    // of pods
  Usage unallocated;  // effective, as the sink has it
};

struct ClaimKey {
  std::string cluster;
  Name storageclass;
  Name namespace_name;
  Name claim;
  auto operator<=>(const ClaimKey&) const = default;
};
// Months: a GiB for a whole month.
struct ClaimTotals {
  double capacity_gib = 0;  // the most of any day
  double capacity_gib_months = 0;
  double request_gib_months = 0;
  double usage_gib_months = 0;
};

struct DayTotals {
  StoredKey key;
  std::uint64_t pod_rows = 0;
  std::uint64_t unallocated_rows = 0;
  std::uint64_t storage_rows = 0;
  Usage effective;

  std::uint64_t rows() const { return pod_rows + unallocated_rows + storage_rows; }
};

struct Totals {
  std::map<NamespaceKey, NamespaceTotals> namespaces;  // without unallocated rows
  std::map<NodeKey, NodeTotals> nodes;
  std::map<ClaimKey, ClaimTotals> claims;
  std::vector<DayTotals> days;
  Usage unallocated;

  void add_day(const StoredKey& key, const std::vector<StoredRow>& rows);
};

}  // namespace costmill::app
