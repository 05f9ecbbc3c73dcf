#include "summary/label_texts.h"

#include <fmt/format.h>

namespace costmill {

LabelMapId LabelTexts::map_of(TextId text, const char* column, RowPlace place) {
  if (text == kNullText) return kNullLabelMap;
  LabelMapId& map = parsed_[text];
  if (map == kUnparsed) {
    map = kEmptyLabelMap;
    try {
      const ParsedLabels labels = maps_.parse_with_keys(texts_[text]);
      map = labels.map;
      if (labels.keys >= met_keys_.size()) met_keys_.resize(labels.keys + std::size_t{1});
      met_keys_[labels.keys] = true;
    } catch (const LabelError& error) {
      reasons_.emplace(text, error.what());
    }
  }
  if (!reasons_.empty()) [[unlikely]] {
    if (const auto reason = reasons_.find(text); reason != reasons_.end()) refuse(text, reason->second, column, place);
  }
  return map;
}

void LabelTexts::refuse(TextId text, const std::string& reason, const char* column, RowPlace place) {
  constexpr std::size_t kShownBytes = 120;
  const std::string_view shown = texts_[text].substr(0, kShownBytes);
  refusals_.add(Refusal(fmt::format("label text {:?}{} is refused: {}", shown, shown.size() < texts_[text].size() ? "..." : "", reason),
                        column, place));
}

void LabelTexts::check() const { refusals_.check(); }

TextHashes LabelTexts::keys() const {
  const std::span<const std::uint32_t> hashes = maps_.key_hashes();
  std::vector<std::uint8_t> is_met(hashes.size());  // by LabelKeyId
  for (LabelKeysId id = 0; id < met_keys_.size(); ++id) {
    if (!met_keys_[id]) continue;
    for (const LabelKeyId key : maps_.keys_of(id)) is_met[key] = 1;
  }
  TextHashes keys;
  for (LabelKeyId key = 0; key < hashes.size(); ++key) {
    if (is_met[key] != 0) keys.add(hashes[key]);
  }
  return keys;
}

}  // namespace costmill
