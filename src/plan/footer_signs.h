// Signs of bad data that listings and footers show: rows that are there twice, rows of another month. docs/sanity.md.
#pragma once

#include <map>
#include <span>

#include "plan/footers.h"
#include "plan/window.h"
#include "sanity/day_sanity.h"

namespace costmill {

struct TableFooters {
  Table table = Table::kPodDaily;
  bool is_hourly_pods = false;
  std::span<const StoredFile> files;
  std::span<const Footer> footers;  // of the files, in order
};

// By day of the piece.
std::map<Day, DaySanity> look_at_footers(std::span<const TableFooters> tables, const MonthPiece& piece);

}  // namespace costmill
