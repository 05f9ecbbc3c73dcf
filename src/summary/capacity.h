// Node and cluster capacity of one day, from the hourly pod table. Rule 5.
#pragma once

#include <bitset>
#include <optional>
#include <span>

#include "scan/chunk.h"
#include "summary/exact_sum.h"
#include "summary/group_key.h"
#include "summary/maximum_column.h"
#include "summary/row_place.h"
#include "summary/row_sign.h"
#include "summary/text_mapping.h"

namespace costmill {

class ByteReader;
class ByteWriter;

// A day's capacity; nullopt where no hourly row has a value, NaN where a value was no number.
struct Capacity {
  std::optional<double> cpu_core_seconds;
  std::optional<double> memory_byte_seconds;
};

// A value that is no number, or beyond what a sum can hold.
struct CapacityOffence {
  RowPlace place;
  const char* column = "";
  double value = 0;

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.place, self.column, self.value); }
};

struct DayCapacity {
  boost::unordered_flat_map<TextId, Capacity> nodes;
  Capacity cluster;
  std::bitset<24> hours;                   // of the day, those that some row is of
  std::optional<CapacityOffence> offence;  // the first by place; matters only where a capacity is no number for it
};

class CapacityTable {
 public:
  static constexpr std::uint32_t kMillisecondsPerHour = 3'600'000;

  void add(const Chunk& chunk, RowRange rows, std::uint32_t file);
  void merge(const CapacityTable& other, const TextMapping& mapping);
  DayCapacity resolve() const;
  void write(ByteWriter& bytes) const;
  void read(ByteReader& bytes);

  // For checks: intervals are (node, milliseconds of the day).
  std::span<const GroupKey<2>> intervals() const { return intervals_; }
  const MaximumColumn& cpu_core_seconds() const { return cpu_core_seconds_; }
  const MaximumColumn& memory_byte_seconds() const { return memory_byte_seconds_; }
  const RowSign& negatives() const { return negatives_; }

  std::size_t memory_bytes() const {
    return index_.bucket_count() * sizeof(*index_.begin()) + intervals_.capacity() * sizeof(GroupKey<2>) +
           last_of_node_.capacity() * sizeof(LastInterval) + cpu_core_seconds_.memory_bytes() + memory_byte_seconds_.memory_bytes();
  }

 private:
  std::uint32_t slot_of(TextId node, std::uint32_t ms_of_day);
  void find_intervals(const Chunk& chunk, RowRange rows);
  void look_for_offences(const Chunk& chunk, RowRange rows, std::uint32_t file, pod_columns::Number column);
  void remember(const CapacityOffence& offence);

  // (node, milliseconds of the day): '' and NULL are nodes here. Duplicate files and several pods give one interval.
  GroupMap<2, std::uint32_t> index_;
  std::vector<GroupKey<2>> intervals_;
  struct LastInterval {
    std::uint32_t ms_of_day = kNoTime;
    std::uint32_t slot = 0;
  };
  static constexpr std::uint32_t kNoTime = 0xFFFF'FFFF;
  std::vector<LastInterval> last_of_node_;  // by text id + 1: rows of one hour follow each other
  MaximumColumn cpu_core_seconds_;          // by interval
  MaximumColumn memory_byte_seconds_;       // the same
  std::vector<std::uint32_t> slots_;        // of the rows, as long as one add() runs
  std::optional<CapacityOffence> offence_;
  RowSign negatives_;
};

}  // namespace costmill
