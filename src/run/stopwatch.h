// Time that passed, by a steady clock.
#pragma once

#include <chrono>

namespace costmill {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

}  // namespace costmill
