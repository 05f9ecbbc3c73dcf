// Storage rows: the sums of daily storage, before the join with pods and labels. Rule 7.
#pragma once

#include <span>
#include <vector>

#include "scan/chunk.h"
#include "summary/exact_sum.h"
#include "summary/group_key.h"
#include "summary/maximum.h"
#include "summary/row_place.h"
#include "summary/row_sign.h"
#include "summary/text_mapping.h"

namespace costmill {

class ByteReader;
class ByteWriter;

struct StorageSums {
  enum Sum { kCapacity, kRequest, kUsage, kSums };

  std::array<ByteSecondsSum, kSums> byte_seconds;
  std::uint8_t has_value = 0;  // bit i: byte_seconds[i] had a value
  Maximum capacity_bytes;

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.byte_seconds, self.has_value, self.capacity_bytes); }

  void add(const StorageSums& other);
  // Adds `other` with its sums `count` times. False on overflow.
  bool add(const StorageSums& other, std::int64_t count);
};

struct StorageGroup {
  StorageSums sums;
  RowPlace first_row;

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.sums, self.first_row); }
};

class StorageTable {
 public:
  // Texts of a key, in the order of storage_columns::Text.
  using Key = GroupKey<storage_columns::kTextCount>;
  using Index = GroupMap<storage_columns::kTextCount, std::uint32_t>;

  void add(const Chunk& chunk, RowRange rows, std::uint32_t file);
  void merge(const StorageTable& other, const TextMapping& mapping);
  void write(ByteWriter& bytes) const;
  void read(ByteReader& bytes);

  // Throws Refusal if a value could not be summed; the first by place.
  void check() const;

  const Index& index() const { return index_; }
  const StorageGroup& group(std::uint32_t slot) const { return groups_[slot]; }
  // (namespace, pod) of the groups.
  GroupSet<2> pods() const;
  const RowSign& negatives() const { return negatives_; }
  bool empty() const { return groups_.empty(); }
  std::size_t memory_bytes() const { return groups_.capacity() * sizeof(StorageGroup) + index_.bucket_count() * sizeof(*index_.begin()); }

 private:
  void remember(RowPlace place, const char* column, double value);

  Index index_;
  std::vector<StorageGroup> groups_;
  RowPlace offence_place_;  // beyond every file: none
  const char* offence_column_ = "";
  double offence_value_ = 0;
  RowSign negatives_;
};

}  // namespace costmill
