// number_index() as a table: sinks visit every cell of every row.
#pragma once

#include <array>
#include <cstddef>

#include "summary/day_rows.h"

namespace costmill {

inline constexpr std::array<std::size_t, kColumns.size()> kNumberIndexes = [] {
  std::array<std::size_t, kColumns.size()> indexes{};
  for (std::size_t c = 0; c < kColumns.size(); ++c) indexes[c] = number_index(static_cast<Column>(c));
  return indexes;
}();

inline constexpr std::size_t index_of(Column column) { return static_cast<std::size_t>(column); }

}  // namespace costmill
