// Names and texts inside SQL that cannot take parameters (DDL, GRANT).
#pragma once

#include <string>
#include <string_view>

namespace costmill {

std::string quoted_name(std::string_view name);
std::string quoted_literal(std::string_view text);

}  // namespace costmill
