#include "report/page.h"

#include <array>
#include <tuple>
#include <utility>

#include "costmill/error.h"

namespace costmill {
namespace {

constexpr std::string_view kPlace = "{{data}}";

// All of these can stand in JSON only inside of texts, so an escape of JSON may take their place. U+2028 and U+2029 end lines of scripts.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEscapes{
    {{"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}, {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}}};

void append_escaped(std::string& out, std::string_view json) {
  while (!json.empty()) {
    const std::size_t at = json.find_first_of("<>&\xE2");
    out += json.substr(0, at);
    if (at == std::string_view::npos) return;
    json.remove_prefix(at);
    std::string_view taken = json.substr(0, 1);
    std::string_view written = taken;
    for (const auto& [text, escape] : kEscapes) {
      if (json.starts_with(text)) std::tie(taken, written) = std::pair(text, escape);
    }
    out += written;
    json.remove_prefix(taken.size());
  }
}

}  // namespace

std::string page_with(std::string_view page, std::string_view json) {
  const std::size_t place = page.find(kPlace);
  if (place == std::string_view::npos) throw Error(ErrorCode::kBug, "the page of the report has no place for its data");
  std::string out;
  out.reserve(page.size() + json.size() + json.size() / 16);
  out += page.substr(0, place);
  append_escaped(out, json);
  out += page.substr(place + kPlace.size());
  return out;
}

}  // namespace costmill
