#include "summary/magnitude.h"

#include <bit>
#include <cstdint>

#include "scan/vector_clones.h"

namespace costmill {

COSTMILL_AVX2_CLONE bool all_within(const double* values, std::size_t count, double limit) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const std::uint64_t largest = std::bit_cast<std::uint64_t>(limit) - 1;
  std::uint64_t beyond = 0;  // magnitudes compare as integers do; its sign bit: one was larger
  for (std::size_t i = 0; i < count; ++i) beyond |= largest - (std::bit_cast<std::uint64_t>(values[i]) & ~kSign);
  return (beyond & kSign) == 0;
}

}  // namespace costmill
