#include "labels/label_maps.h"

#include <algorithm>

#include "labels/json_strings.h"
#include "texts/text_hashes.h"

namespace costmill {
namespace {

void append_json(std::string& out, std::span<const LabelEntry> entries) {
  out += '{';
  for (const LabelEntry& entry : entries) {
    if (&entry != entries.data()) out += ',';
    append_json_string(out, entry.key);
    out += ':';
    if (entry.value) {
      append_json_string(out, *entry.value);
    } else {
      out += "null";
    }
  }
  out += '}';
}

}  // namespace

LabelMaps::LabelMaps(const EnabledKeys& enabled_keys) : parser_(enabled_keys) {
  intern({});  // the first map gets the id kEmptyLabelMap
}

ParsedLabels LabelMaps::parse_with_keys(std::string_view label_text) {
  const TextId text = label_texts_.intern(label_text);
  if (text >= parsed_.size()) parsed_.resize(text + std::size_t{1}, {kUnparsed, 0});
  if (parsed_[text].map == kUnparsed) {
    const auto entries = parser_.parse(label_text);
    parsed_[text] = {entries ? intern(*entries) : kNullLabelMap, intern_keys(parser_.keys())};
  }
  return parsed_[text];
}

LabelKeysId LabelMaps::intern_keys(std::span<const std::string_view> keys) {
  std::vector<LabelKeyId> ids;
  for (const std::string_view key : keys) {
    const std::uint32_t hash = TextHashes::hash_of({key});
    const auto [known, added] = ids_of_keys_.try_emplace(hash, static_cast<LabelKeyId>(key_hashes_.size()));
    if (added) key_hashes_.push_back(hash);
    ids.push_back(known->second);
  }
  std::sort(ids.begin(), ids.end());
  const auto [known, added] = ids_of_key_sets_.try_emplace(std::move(ids), static_cast<LabelKeysId>(key_sets_.size()));
  if (added) {
    key_sets_.push_back(known->first);
    key_count_ += known->first.size();
  }
  return known->second;
}

LabelMapId LabelMaps::merge(LabelMapId base, LabelMapId over) {
  if (base == kEmptyLabelMap || base == over) return over;
  if (over == kEmptyLabelMap) return base;
  const auto [known, added] = merged_.try_emplace((std::uint64_t{base} << 32) | over, kEmptyLabelMap);
  if (!added) return known->second;

  merging_.clear();
  const std::vector<LabelEntry>& low = maps_[base].entries;
  const std::vector<LabelEntry>& high = maps_[over].entries;
  auto from_low = low.begin();
  for (const LabelEntry& entry : high) {
    while (from_low != low.end() && from_low->key < entry.key) merging_.push_back(*from_low++);
    if (from_low != low.end() && from_low->key == entry.key) ++from_low;
    merging_.push_back(entry);
  }
  merging_.insert(merging_.end(), from_low, low.end());
  return known->second = intern(merging_);
}

LabelMapId LabelMaps::intern(std::span<const LabelEntry> entries) {
  writing_.clear();
  append_json(writing_, entries);
  const TextId json = texts_.intern(writing_);
  const auto [known, added] = by_json_.try_emplace(json, static_cast<LabelMapId>(maps_.size()));
  if (!added) return known->second;

  LabelMap& map = maps_.emplace_back();
  map.json = texts_[json];
  map.entries.reserve(entries.size());
  const auto stored = [this](std::string_view text) { return texts_[texts_.intern(text)]; };
  for (const LabelEntry& entry : entries) {
    map.entries.push_back({stored(entry.key), entry.value ? std::optional(stored(*entry.value)) : std::nullopt});
  }
  entry_count_ += entries.size();
  return known->second;
}

std::size_t LabelMaps::memory_bytes() const {
  return texts_.memory_bytes() + label_texts_.memory_bytes() + parsed_.capacity() * sizeof(ParsedLabels) +
         maps_.capacity() * sizeof(LabelMap) + entry_count_ * sizeof(LabelEntry) +
         2 * (key_sets_.size() * sizeof(std::vector<LabelKeyId>) + (key_count_ + key_hashes_.size()) * sizeof(LabelKeyId)) +
         by_json_.bucket_count() * (sizeof(TextId) + sizeof(LabelMapId) + 1) +
         merged_.bucket_count() * (sizeof(std::uint64_t) + sizeof(LabelMapId) + 1);
}

}  // namespace costmill
