#include "summary/label_sets.h"

#include <algorithm>

namespace costmill {

std::span<const LabelMapId> ResolvedLabels::of(TextId subject) const {
  static constexpr LabelMapId kNone[] = {kEmptyLabelMap};
  const auto found = maps_.find(subject);
  return found == maps_.end() ? std::span<const LabelMapId>(kNone) : std::span<const LabelMapId>(found->second);
}

std::size_t ResolvedLabels::subjects_with_several_maps() const {
  return static_cast<std::size_t>(std::count_if(maps_.begin(), maps_.end(), [](const auto& entry) { return entry.second.size() > 1; }));
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

ResolvedLabels LabelSets::resolve(LabelTexts& label_texts, const char* column) const {
  ResolvedLabels resolved;
  for (const auto& [key, place] : first_seen_) {
    const LabelMapId map = label_texts.map_of(key[1], column, place);
    if (key[0] == kNullText) continue;
    auto& maps = resolved.maps_[key[0]];
    if (std::find(maps.begin(), maps.end(), map) == maps.end()) maps.push_back(map);
  }
  return resolved;
}

}  // namespace costmill
