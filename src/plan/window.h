// The window of a run, cut into pieces that each behave as one run of the reference.
#pragma once

#include <vector>

#include "calendar/day.h"
#include "config/config.h"

namespace costmill {

// Days of one month: only that month's partition is read for them. Deliberate difference 1.
struct MonthPiece {
  Month month;
  DateRange days;
};

std::vector<MonthPiece> cut_at_month_ends(const DateRange& window);

}  // namespace costmill
