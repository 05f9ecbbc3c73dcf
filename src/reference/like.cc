#include "reference/reference_data.h"
#include "texts/utf8.h"

namespace costmill {

// Greedy: the last % takes one code point more whenever what follows does not fit. Earlier ones need not be tried again, because
// a % can take over whatever they could; so the time is at most text times pattern.
bool matches_like(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t rule = 0;
  std::size_t behind_percent = std::string_view::npos;  // in pattern, of the last % passed
  std::size_t taken = 0;                                // in text: where what that % took ends
  while (at < text.size() || rule < pattern.size()) {
    if (rule < pattern.size() && pattern[rule] == '%') {
      behind_percent = ++rule;
      taken = at;
      continue;
    }
    if (rule < pattern.size() && at < text.size() && (pattern[rule] == '_' || pattern[rule] == text[at])) {
      at = pattern[rule] == '_' ? next_code_point(text, at) : at + 1;
      ++rule;
      continue;
    }
    if (behind_percent == std::string_view::npos || taken >= text.size()) return false;
    taken = next_code_point(text, taken);
    at = taken;
    rule = behind_percent;
  }
  return true;
}

}  // namespace costmill
