// Where a row came from, so that a refusal can name file and row.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace costmill {

// Ordered by file (position in the run's sorted list) and row (from 0), so that the first of several offenders is the same
// whatever the number of threads.
struct RowPlace {
  std::uint32_t file = std::numeric_limits<std::uint32_t>::max();
  std::uint64_t row = 0;

  auto operator<=>(const RowPlace&) const = default;

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.file, self.row); }
};

}  // namespace costmill
