#include "summary/row_checks.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "scan/vector_clones.h"

namespace costmill {
namespace {

// Sums over the hours of a day are rounded; a flipped bit that changes less than this changes no bill.
constexpr double kBelow = 1 - 1e-9;
constexpr double kAbove = 1 + 1e-9;

double lower_bound_of(double usage, double request) { return (usage < request ? request : usage) * kBelow; }
double upper_bound_of(double usage, double request) { return (usage + request) * kAbove; }

// False also for some that are, as zeros of the other sign.
COSTMILL_AVX2_CLONE bool surely_within_bounds(const double* usages, const double* requests, const double* effective, std::size_t count) {
  std::uint64_t signs = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double usage = usages[i];
    const double request = requests[i];
    const double larger = usage < request ? request : usage;
    signs |= std::bit_cast<std::uint64_t>(effective[i] - larger * kBelow) |
             std::bit_cast<std::uint64_t>((usage + request) * kAbove - effective[i]);
  }
  return signs >> 63 == 0;
}

}  // namespace

void look_for_negatives(const NumberColumn& column, RowRange rows, RowPlace first_row, const char* name, RowSign& sign) {
  if (column.least >= 0) [[likely]]
    return;
  RowSign found{.column = name};
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    if (!(column.values[row] < 0) || !column.is_valid(row)) continue;
    if (found.count++ > 0) continue;
    found.place = {first_row.file, first_row.row + (row - rows.begin)};
    found.value = column.values[row];
  }
  sign.add(found);
}

void look_at_effective_usage(const NumberColumn& usage, const NumberColumn& request, const NumberColumn& effective, RowRange rows,
                             RowPlace first_row, const char* name, RowSign& sign) {
  const std::size_t begin = rows.begin;
  if (surely_within_bounds(usage.values.data() + begin, request.values.data() + begin, effective.values.data() + begin, rows.size()))
      [[likely]]
    return;
  RowSign found{.column = name};
  for (std::size_t row = begin; row < rows.end; ++row) {
    if (!effective.is_valid(row) || !usage.is_valid(row) || !request.is_valid(row)) continue;
    const double u = usage.values[row];
    const double r = request.values[row];
    const double e = effective.values[row];
    // Negative numbers are another check's matter.
    if (u < 0 || r < 0 || e < 0 || !(e < lower_bound_of(u, r) || upper_bound_of(u, r) < e)) continue;
    if (found.count++ > 0) continue;
    found.place = {first_row.file, first_row.row + (row - begin)};
    found.value = e;
  }
  sign.add(found);
}

}  // namespace costmill
