// Node and cluster capacity of one day, from the hourly pod table. Rule 5.
#pragma once

#include <optional>
#include <span>

#include "scan/chunk.h"
#include "summary/exact_sum.h"
#include "summary/group_key.h"
#include "summary/maximum.h"
#include "summary/row_place.h"
#include "summary/text_mapping.h"

namespace costmill {

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
};

struct DayCapacity {
  boost::unordered_flat_map<TextId, Capacity> nodes;
  Capacity cluster;
  std::optional<CapacityOffence> offence;  // the first by place; matters only where a capacity is no number for it
};

class CapacityTable {
 public:
  void add(const Chunk& chunk, std::span<const std::uint32_t> rows, std::uint32_t file);
  void merge(const CapacityTable& other, const TextMapping& mapping);
  DayCapacity resolve() const;
  std::size_t memory_bytes() const { return intervals_.bucket_count() * sizeof(*intervals_.begin()); }

 private:
  void remember(const CapacityOffence& offence);

  struct Interval {
    Maximum cpu_core_seconds;
    Maximum memory_byte_seconds;
  };
  // (node, milliseconds of the day): '' and NULL are nodes here. Duplicate files and several pods give one interval.
  GroupMap<2, Interval> intervals_;
  std::optional<CapacityOffence> offence_;
};

}  // namespace costmill
