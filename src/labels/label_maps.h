// Label texts become maps; maps are filtered to the enabled keys, merged, and written as canonical JSON. Rules 1 and 2.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "texts/texts.h"

namespace costmill {

// Identifies a distinct (filtered) label map; equal maps have equal ids.
using LabelMapId = std::uint32_t;
inline constexpr LabelMapId kNullLabelMap = 0xFFFF'FFFF;  // SQL NULL: no map at all
inline constexpr LabelMapId kEmptyLabelMap = 0;           // {}

// Which keys survive. Rule 1.
class EnabledKeys {
 public:
  // Every key is kept (no reference data given).
  static EnabledKeys all();
  // Only these and vm_kubevirt_io_name; an empty list drops every label, vm_kubevirt_io_name too.
  static EnabledKeys only(const std::vector<std::string>& keys);

  bool keeps(std::string_view key) const;
  // For digests: "all", or the sorted kept keys.
  std::string canonical_text() const;

 private:
  bool all_ = false;
  std::vector<std::string> keys_;  // sorted
};

// Why a label text is refused; what() is a phrase such as "a key twice". The caller adds file and column.
class LabelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One table a (worker, day group); not thread-safe.
class LabelMaps {
 public:
  explicit LabelMaps(const EnabledKeys& enabled_keys);

  // Parses one label text and keeps the enabled keys. kNullLabelMap for JSON null.
  // Throws LabelError for whatever the reference refuses (rule 2); linear time, no recursion.
  LabelMapId parse(std::string_view label_text);

  // Entries of `over` win over those of `base`, also with a NULL value. Neither may be kNullLabelMap.
  LabelMapId merge(LabelMapId base, LabelMapId over);

  // Compact JSON, keys sorted by code point, non-ASCII as is. id must not be kNullLabelMap.
  std::string_view json(LabelMapId id) const { return maps_[id].json; }

  std::size_t memory_bytes() const;

 private:
  struct Entry {
    std::string_view key;
    std::optional<std::string_view> value;  // nullopt: JSON null
  };
  struct LabelMap {
    std::vector<Entry> entries;  // sorted by key, UTF-8 bytes (= code point order)
    std::string_view json;
  };

  LabelMapId intern(std::vector<Entry> entries);

  const EnabledKeys& enabled_keys_;
  Texts texts_;  // keys, values and canonical JSON texts
  std::vector<LabelMap> maps_;
  boost::unordered_flat_map<std::string_view, LabelMapId, TextHash> by_json_;
  boost::unordered_flat_map<std::uint64_t, LabelMapId> merged_;
};

}  // namespace costmill
