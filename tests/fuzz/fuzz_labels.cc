// Label texts: parsed, filtered, merged, written; what is written is read again by ourselves and by another JSON library.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "fuzz.h"
#include "labels/label_maps.h"

namespace {

using costmill::EnabledKeys;
using costmill::kNullLabelMap;
using costmill::LabelMapId;
using costmill::LabelMaps;
using costmill::fuzz::require;
using Json = nlohmann::json;

constexpr std::size_t kMostTexts = 8;

// A flat object whose keys are distinct, as far as the other library can tell: it refuses lone surrogates and huge exponents, and takes
// a NUL for the end.
bool is_surely_a_label_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;
  bool is_flat = true;
  std::vector<std::string> keys;
  const auto look = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key) keys.push_back(parsed.get<std::string>());
    if (event == Json::parse_event_t::array_start || (event == Json::parse_event_t::object_start && depth > 0)) is_flat = false;
    return true;
  };
  const Json json = Json::parse(text, look, false);
  if (!json.is_object() || !is_flat || text.starts_with("\xEF\xBB\xBF")) return false;
  std::sort(keys.begin(), keys.end());
  const auto has_nul = [](const std::string& one) { return one.find('\0') != std::string::npos; };
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end() || std::any_of(keys.begin(), keys.end(), has_nul)) return false;
  return std::none_of(json.begin(), json.end(), [&](const Json& value) { return value.is_string() && has_nul(value.get<std::string>()); });
}

Json other_reading(const LabelMaps& maps, LabelMapId map) {
  const Json json = Json::parse(maps.json(map), nullptr, false);
  require(json.is_object(), "canonical JSON is an object");
  require(std::all_of(json.begin(), json.end(), [](const Json& value) { return value.is_string() || value.is_null(); }),
          "canonical JSON holds texts and nulls");
  return json;
}

void check_texts(const std::vector<std::string_view>& texts, const EnabledKeys& enabled_keys) {
  LabelMaps maps(enabled_keys);
  std::vector<LabelMapId> ids;
  for (const std::string_view text : texts) {
    try {
      const LabelMapId id = maps.parse(text);
      require(id == maps.parse(text), "a text gives the same map every time");
      if (id == kNullLabelMap) continue;
      const Json json = other_reading(maps, id);
      for (const auto& [key, value] : json.items()) require(enabled_keys.keeps(key), "only enabled keys are kept");
      require(maps.parse(std::string(maps.json(id))) == id, "canonical JSON is its own map");
      ids.push_back(id);
    } catch (const costmill::LabelError&) {
      require(!is_surely_a_label_text(text), "a flat JSON object is a label text");
    }
  }
  for (const LabelMapId base : ids) {
    for (const LabelMapId over : ids) {
      const LabelMapId merged = maps.merge(base, over);
      Json expected = other_reading(maps, base);
      expected.update(other_reading(maps, over));
      require(other_reading(maps, merged) == expected, "the entries of the second map win");
      require(maps.merge(merged, over) == merged, "what is merged stays");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const EnabledKeys kAll = EnabledKeys::all();
  static const EnabledKeys kSome = EnabledKeys::only({"app", "env", "a", "\xC3\xA4"});
  auto texts = costmill::fuzz::texts_in(costmill::fuzz::text_of(data, size));
  texts.resize(std::min(texts.size(), kMostTexts));
  check_texts(texts, kAll);
  check_texts(texts, kSome);
  return 0;
}
