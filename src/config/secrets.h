// Passwords inside URIs: found, and masked before they are shown.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

inline constexpr std::string_view kMask = "********";

// scheme://user:password@host, or ?password=... among the parameters.
bool holds_password(std::string_view uri);
// The same text with the password replaced by kMask; unchanged if there is none.
std::string without_password(std::string_view uri);

}  // namespace costmill
