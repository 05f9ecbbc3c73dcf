#include "sink/json_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace costmill {
namespace {

using Json = nlohmann::json;  // keeps keys sorted by their bytes, which is code point order

constexpr int kMaxDepth = 64;

// Of brackets outside of texts.
int depth_of(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_text = !in_text;
    } else if (!in_text && (c == '{' || c == '[')) {
      deepest = std::max(deepest, ++depth);
    } else if (!in_text && (c == '}' || c == ']')) {
      --depth;
    }
  }
  return deepest;
}

// 0 and 0.0 are the same number. Depth is bounded by kMaxDepth.
void make_numbers_whole(Json& json) {
  constexpr double kExactIntegers = 9007199254740992.0;
  if (json.is_structured()) {
    for (Json& element : json) make_numbers_whole(element);
  } else if (json.is_number_float()) {
    const double number = json.get<double>();
    if (std::trunc(number) == number && std::fabs(number) < kExactIntegers) json = static_cast<std::int64_t>(number);
  }
}

}  // namespace

std::string canonical_json(std::string_view text) {
  if (depth_of(text) > kMaxDepth) return std::string(text);
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return std::string(text);
  make_numbers_whole(json);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace costmill
