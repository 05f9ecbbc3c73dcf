// ${VAR} and ${VAR:-default} inside the values of a config file.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace costmill {

using Environment = std::map<std::string, std::string, std::less<>>;

struct Substituted {
  std::string text;
  std::string missing_variable;  // first ${VAR} that is unset and has no default; text is of no use then
};

// As in a shell, `:-` also stands in for an empty variable. `$${` is a literal `${`.
// Throws std::invalid_argument, whose text says what is wrong with the notation.
Substituted substitute(std::string_view text, const Environment& environment);

}  // namespace costmill
