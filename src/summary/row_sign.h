// Rows with a sign of bad data: how many, and the first.
#pragma once

#include <fmt/format.h>

#include <cstdint>

#include "sanity/day_sanity.h"
#include "summary/row_place.h"

namespace costmill {

struct RowSign {
  std::uint64_t count = 0;
  RowPlace place;
  const char* column = "";
  double value = 0;

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.count, self.place, self.column, self.value); }

  void add(const RowSign& other) {
    count += other.count;
    if (other.count == 0 || other.place >= place) return;
    place = other.place;
    column = other.column;
    value = other.value;
  }

  void report(SanityCheck check, DaySanity& sanity) const {
    if (count > 0) sanity.add(check, {place.file, place.row, fmt::format("column {}, value {}", column, value)}, count);
  }
};

}  // namespace costmill
