// The totals of a day, to compare it with the days before.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sanity/day_sanity.h"

namespace costmill {

// Names of the totals, as they stand in records: of all rows with a node, before joins repeat any.
inline constexpr std::array<std::string_view, 14> kTotalNames{"usage_cpu_core_seconds",
                                                              "request_cpu_core_seconds",
                                                              "effective_usage_cpu_core_seconds",
                                                              "limit_cpu_core_seconds",
                                                              "usage_memory_byte_seconds",
                                                              "request_memory_byte_seconds",
                                                              "effective_usage_memory_byte_seconds",
                                                              "limit_memory_byte_seconds",
                                                              "capacity_cpu_core_seconds",
                                                              "capacity_memory_byte_seconds",
                                                              "storage_capacity_byte_seconds",
                                                              "storage_request_byte_seconds",
                                                              "storage_usage_byte_seconds",
                                                              "rows"};

struct DayTotals {
  // Positions in kTotalNames; the pods' eight come first, in the order of their columns.
  enum Position : std::uint8_t { kCapacityCpu = 8, kCapacityMemory, kStorageCapacity, kStorageRequest, kStorageUsage, kRows };

  std::array<std::optional<double>, kTotalNames.size()> values;  // nullopt: no row has one

  bool empty() const;
  bool operator==(const DayTotals&) const = default;
};

// Adds SanityCheck::kTotalsJump for each total that is a hundred times as large as on every day before, or a hundredth and less.
void look_for_jumps(const DayTotals& day, std::span<const DayTotals> days_before, DaySanity& sanity);

}  // namespace costmill
