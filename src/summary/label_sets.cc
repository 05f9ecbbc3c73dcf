#include "summary/label_sets.h"

#include <algorithm>

namespace costmill {

std::span<const LabelMapId> ResolvedLabels::of(TextId subject) const {
  static constexpr LabelMapId kEmpty[] = {kEmptyLabelMap};
  const std::uint32_t position = position_[subject];
  return position == kNone ? std::span<const LabelMapId>(kEmpty) : std::span<const LabelMapId>(maps_[position]);
}

std::size_t ResolvedLabels::subjects_with_several_maps() const {
  return static_cast<std::size_t>(std::count_if(maps_.begin(), maps_.end(), [](const auto& maps) { return maps.size() > 1; }));
}

void LabelSets::add(const Chunk& chunk, RowRange rows, std::uint32_t file) {
  const auto& subjects = chunk.texts[label_columns::kSubject];
  const auto& labels = chunk.texts[label_columns::kLabels];
  for (std::size_t row = rows.begin; row < rows.end; ++row)
    first_seen_.try_emplace({subjects[row], labels[row]}, RowPlace{file, chunk.first_row + row});
}

void LabelSets::merge(const LabelSets& other, const TextMapping& mapping) {
  for (const auto& [key, place] : other.first_seen_) {
    const auto [entry, added] = first_seen_.try_emplace({mapping(key[0]), mapping(key[1])}, place);
    if (!added) entry->second = std::min(entry->second, place);
  }
}

void LabelSets::resolve(LabelTexts& label_texts, const char* column, ResolvedLabels& resolved) const {
  for (const auto& [key, place] : first_seen_) {
    const LabelMapId map = label_texts.map_of(key[1], column, place);
    if (key[0] == kNullText) continue;
    std::uint32_t& position = resolved.position_[key[0]];
    if (position == ResolvedLabels::kNone) {
      position = static_cast<std::uint32_t>(resolved.maps_.size());
      resolved.maps_.emplace_back();
    }
    auto& maps = resolved.maps_[position];
    if (std::find(maps.begin(), maps.end(), map) == maps.end()) maps.push_back(map);
  }
}

}  // namespace costmill
