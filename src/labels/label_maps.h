// Label texts become maps; maps are filtered to the enabled keys, merged, and written as canonical JSON. Rules 1 and 2.
#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "labels/enabled_keys.h"
#include "labels/label_parser.h"
#include "texts/texts.h"

namespace costmill {

// Identifies a distinct (filtered) label map; equal maps have equal ids.
using LabelMapId = std::uint32_t;
inline constexpr LabelMapId kNullLabelMap = 0xFFFF'FFFF;  // SQL NULL: no map at all
inline constexpr LabelMapId kEmptyLabelMap = 0;           // {}

// A NULL map of a node or namespace counts as {} in a merge. Rule 3.
constexpr LabelMapId or_empty(LabelMapId map) { return map == kNullLabelMap ? kEmptyLabelMap : map; }

// A distinct label key, and a distinct set of them, as a label text has them before any are dropped. Ids count up from 0.
using LabelKeyId = std::uint32_t;
using LabelKeysId = std::uint32_t;

struct ParsedLabels {
  LabelMapId map = kNullLabelMap;
  LabelKeysId keys = 0;
};

// Remembers what it has parsed, merged and written, so that days that share labels share the work. Not thread-safe, but texts that
// json() gave may be read by other threads.
class LabelMaps {
 public:
  // enabled_keys must live as long as the table.
  explicit LabelMaps(const EnabledKeys& enabled_keys);
  explicit LabelMaps(const EnabledKeys&&) = delete;

  // Parses one label text and keeps the enabled keys. kNullLabelMap for JSON null.
  // Throws LabelError for whatever the reference refuses (rule 2); no recursion, time grows with the text (n log n for its keys).
  ParsedLabels parse_with_keys(std::string_view label_text);
  LabelMapId parse(std::string_view label_text) { return parse_with_keys(label_text).map; }

  std::span<const LabelKeyId> keys_of(LabelKeysId keys) const { return key_sets_[keys]; }
  // TextHashes::hash_of each key; keys of one hash are one key.
  std::span<const std::uint32_t> key_hashes() const { return key_hashes_; }

  // Entries of `over` win over those of `base`, also with a NULL value. Neither may be kNullLabelMap.
  LabelMapId merge(LabelMapId base, LabelMapId over);

  // Compact JSON, keys sorted by code point, non-ASCII as is. id must not be kNullLabelMap. The view lives as long as the table.
  std::string_view json(LabelMapId id) const { return maps_[id].json; }

  std::size_t size() const { return maps_.size(); }
  std::size_t memory_bytes() const;

 private:
  struct LabelMap {
    std::vector<LabelEntry> entries;  // sorted by key, UTF-8 bytes (= code point order)
    std::string_view json;
  };

  LabelMapId intern(std::span<const LabelEntry> entries);
  LabelKeysId intern_keys(std::span<const std::string_view> keys);

  static constexpr LabelMapId kUnparsed = kNullLabelMap - 1;

  LabelParser parser_;
  Texts label_texts_;                 // parsed
  std::vector<ParsedLabels> parsed_;  // by label text; kUnparsed: refused
  Texts texts_;                       // keys, values and canonical JSON texts
  std::vector<LabelMap> maps_;
  std::size_t entry_count_ = 0;  // of all maps
  std::vector<std::uint32_t> key_hashes_;
  boost::unordered_flat_map<std::uint32_t, LabelKeyId> ids_of_keys_;  // by hash
  std::vector<std::vector<LabelKeyId>> key_sets_;
  boost::unordered_flat_map<std::vector<LabelKeyId>, LabelKeysId, boost::hash<std::vector<LabelKeyId>>> ids_of_key_sets_;
  std::size_t key_count_ = 0;  // of all key sets
  boost::unordered_flat_map<TextId, LabelMapId> by_json_;
  boost::unordered_flat_map<std::uint64_t, LabelMapId> merged_;  // by (base, over)
  std::vector<LabelEntry> merging_;                              // reused by merge()
  std::string writing_;                                          // reused by intern()
};

}  // namespace costmill
