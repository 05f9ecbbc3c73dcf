// Texts from elsewhere as people may see them. Every name, value and message that is not ours passes through here on its way out.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

// Valid UTF-8 on one line that steers no terminal. Control characters and bytes that are no UTF-8 become \x1b, line separators and what
// turns the direction of writing \u{202e}.
std::string printable(std::string_view text);

// In quotes, printable, cut after some 80 bytes.
std::string as_shown(std::string_view text);

}  // namespace costmill
