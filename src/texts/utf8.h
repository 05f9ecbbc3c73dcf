// UTF-8 as the tables hold it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace costmill {

bool valid_utf8(std::string_view text);

// Of valid UTF-8. Lengths such as varchar(253) count these.
std::size_t code_point_count(std::string_view text);

// Where the code point behind the one at `at` begins; at < text.size(). Never past the end, whatever the bytes.
std::size_t next_code_point(std::string_view text, std::size_t at);

// code_point must be a Unicode scalar value: no surrogate, at most U+10FFFF.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace costmill
