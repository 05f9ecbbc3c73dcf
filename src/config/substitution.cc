#include "config/substitution.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "texts/ascii.h"

namespace costmill {
namespace {

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && is_letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

// `inside` is what stands between the braces.
void append_variable(std::string_view inside, const Environment& environment, Substituted& result) {
  const std::size_t separator = inside.find(":-");
  const std::string_view name = inside.substr(0, separator);
  if (!is_variable_name(name)) {
    // What stands between the braces may be part of a password.
    throw std::invalid_argument("a '${' that names no variable: write ${NAME} or ${NAME:-default}, or $${ for the characters themselves");
  }
  const auto found = environment.find(name);
  if (separator == std::string_view::npos) {
    if (found != environment.end()) {
      result.text += found->second;
    } else if (result.missing_variable.empty()) {
      result.missing_variable = name;
    }
    return;
  }
  const bool use_default = found == environment.end() || found->second.empty();
  result.text += use_default ? inside.substr(separator + 2) : std::string_view(found->second);
}

}  // namespace

Substituted substitute(std::string_view text, const Environment& environment) {
  Substituted result;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    result.text += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    if (text.starts_with("$${")) {
      result.text += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      const std::size_t end = text.find('}');
      if (end == std::string_view::npos) throw std::invalid_argument("'${' without its '}'");
      append_variable(text.substr(2, end - 2), environment, result);
      text.remove_prefix(end + 1);
    } else {
      result.text += '$';
      text.remove_prefix(1);
    }
  }
  return result;
}

}  // namespace costmill
