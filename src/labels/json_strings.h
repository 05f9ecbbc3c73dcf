// The inside of JSON strings, both ways. Rule 2.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

// Appends what stands for `escaped`, the inside of a JSON string whose escapes are known to be well-formed. A lone surrogate
// becomes '?'. Never longer than `escaped`.
void append_unescaped(std::string& out, std::string_view escaped);

// Appends `text` as a JSON string with quotes: only ", \ and controls below U+0020 are escaped, non-ASCII stays as it is.
void append_json_string(std::string& out, std::string_view text);

}  // namespace costmill
