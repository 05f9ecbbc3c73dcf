// Whether the numbers of a column are of the size that the fast ways are made for.
#pragma once

#include <cstddef>

namespace costmill {

// All lie within -limit and limit, both excluded; NaN lies nowhere. Limit: positive.
bool all_within(const double* values, std::size_t count, double limit);

}  // namespace costmill
