// Rows that differ, for people.
#pragma once

#include <string>
#include <string_view>

#include "arguments.h"
#include "sink/compare.h"

namespace costmill::app {

// One line; `left` and `right` name the sides.
std::string described(const Difference& difference, std::string_view left, std::string_view right);

// --limit as the library takes it.
std::size_t most_differences(const Arguments& arguments);

}  // namespace costmill::app
