// The label texts of nodes (or namespaces) on one day. Rule 3.
#pragma once

#include <span>
#include <vector>

#include "labels/label_maps.h"
#include "scan/chunk.h"
#include "summary/by_text.h"
#include "summary/group_key.h"
#include "summary/label_texts.h"
#include "summary/row_place.h"
#include "summary/text_mapping.h"

namespace costmill {

class ByteReader;
class ByteWriter;

// Distinct label maps by subject, after filtering to the enabled keys.
class ResolvedLabels {
 public:
  explicit ResolvedLabels(const Texts& texts) : position_(texts, kNone) {}

  // What a row of this subject joins: its maps, or one empty map if it has none. NULL joins nothing.
  std::span<const LabelMapId> of(TextId subject) const;

  // Subjects with more than one map: each of their rows is repeated for each map.
  std::size_t subjects_with_several_maps() const;

 private:
  friend class LabelSets;
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  ByText<std::uint32_t> position_;  // in maps_
  std::vector<std::vector<LabelMapId>> maps_;
};

class LabelSets {
 public:
  void add(const Chunk& chunk, RowRange rows, std::uint32_t file);
  void merge(const LabelSets& other, const TextMapping& mapping);
  void write(ByteWriter& bytes) const;
  void read(ByteReader& bytes);

  // `column` is named where a text is refused.
  void resolve(LabelTexts& label_texts, const char* column, ResolvedLabels& resolved) const;

  // The label texts of a subject as they stand in the files.
  const GroupMap<2, RowPlace>& texts_of_subjects() const { return first_seen_; }
  std::size_t memory_bytes() const { return first_seen_.bucket_count() * sizeof(*first_seen_.begin()); }

 private:
  GroupMap<2, RowPlace> first_seen_;  // (subject, label text) -> first row
};

}  // namespace costmill
