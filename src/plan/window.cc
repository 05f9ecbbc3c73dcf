#include "plan/window.h"

#include <algorithm>

namespace costmill {

std::vector<MonthPiece> cut_at_month_ends(const DateRange& window) {
  std::vector<MonthPiece> pieces;
  for (Day from = window.from; from <= window.to;) {
    const Month month = month_of(from);
    const Day to = std::min(last_day(month), window.to);
    pieces.push_back({month, {from, to}});
    from = to.next();
  }
  return pieces;
}

}  // namespace costmill
