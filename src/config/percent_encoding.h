// Texts as parts of a URI.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

// Everything but ASCII letters, digits, -._~ and the bytes in `kept` becomes %XX (RFC 3986, section 2).
std::string percent_encoded(std::string_view text, std::string_view kept = "");

}  // namespace costmill
