// One text for equal JSON.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

// Compact, keys sorted by code point, non-ASCII as is, whole numbers without fraction. Text that is no JSON, or nested too
// deep to be anybody's labels, comes back as it is.
std::string canonical_json(std::string_view text);

}  // namespace costmill
