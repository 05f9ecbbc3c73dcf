// operator new that fails once, after so many allocations.
#pragma once

#include <atomic>

namespace costmill {

inline constexpr long kNever = -1;
extern std::atomic<long> allocations_left;

}  // namespace costmill
