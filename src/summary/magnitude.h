// Whether the numbers of a column are of the size that the fast ways are made for.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace costmill {

// All lie within -limit and limit, both excluded; NaN lies nowhere. Limit: positive.
inline bool all_within(const double* values, std::size_t count, double limit) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const std::uint64_t largest = std::bit_cast<std::uint64_t>(limit) - 1;
  std::uint64_t beyond = 0;  // magnitudes compare as integers do; its sign bit: one was larger
  for (std::size_t i = 0; i < count; ++i) beyond |= largest - (std::bit_cast<std::uint64_t>(values[i]) & ~kSign);
  return (beyond & kSign) == 0;
}

}  // namespace costmill
