// Bounds of range partitions, as the server prints them.
#pragma once

#include <limits>
#include <optional>
#include <string_view>

#include "calendar/day.h"

namespace costmill {

// [from, to)
struct PartitionBounds {
  Day from = {std::numeric_limits<std::int32_t>::min()};
  Day to = {std::numeric_limits<std::int32_t>::max()};

  bool takes(Day day) const { return from <= day && day < to; }
  bool takes_some_of(Month month) const { return from <= last_day(month) && first_day(month) < to; }
};

// Of `FOR VALUES FROM ('2025-10-01') TO (MAXVALUE)`; nullopt for `DEFAULT` and for what is no range of one date.
std::optional<PartitionBounds> parse_bounds(std::string_view text);

}  // namespace costmill
