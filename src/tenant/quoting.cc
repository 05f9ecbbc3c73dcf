#include "tenant/quoting.h"

namespace costmill {
namespace {

std::string doubled(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  quoted += quote;
  return quoted;
}

}  // namespace

std::string quoted_name(std::string_view name) { return doubled(name, '"'); }

// E'' reads a backslash the same way whatever standard_conforming_strings says.
std::string quoted_literal(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return doubled(text, '\'');
  std::string escaped;
  for (const char c : text) escaped += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return "E" + doubled(escaped, '\'');
}

}  // namespace costmill
