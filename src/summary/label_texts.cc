#include "summary/label_texts.h"

#include <fmt/format.h>

namespace costmill {

LabelMapId LabelTexts::map_of(TextId text, const char* column, RowPlace place) {
  if (text == kNullText) return kNullLabelMap;
  LabelMapId& map = parsed_[text];
  if (map == kUnparsed) {
    map = kEmptyLabelMap;
    try {
      map = maps_.parse(texts_[text]);
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

}  // namespace costmill
