// The program's version, as the records of what is done carry it.
#pragma once

namespace costmill {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace costmill
