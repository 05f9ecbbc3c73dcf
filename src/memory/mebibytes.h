// Bytes as people read them.
#pragma once

#include <concepts>

namespace costmill {

template <std::integral Bytes>
constexpr double mib_of(Bytes bytes) {
  return static_cast<double>(bytes) / (1024.0 * 1024.0);
}

}  // namespace costmill
