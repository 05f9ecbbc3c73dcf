// Pod rows: the sums of daily pods by (namespace, node, label text), and the rows made of them. Rule 6.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <limits>
#include <vector>

#include "scan/chunk.h"
#include "summary/exact_sum.h"
#include "summary/maximum.h"
#include "summary/row_place.h"
#include "summary/row_sign.h"
#include "summary/slot_index.h"
#include "summary/split_sum.h"
#include "summary/text_mapping.h"

namespace costmill {

class ByteReader;
class ByteWriter;

// The eight sums of a pod group, and the two capacities of its own rows.
struct PodSums {
  enum Sum { kUsage, kRequest, kEffectiveUsage, kLimit };
  static constexpr std::size_t kSums = 4;

  std::array<CoreSecondsSum, kSums> cpu;
  std::array<ByteSecondsSum, kSums> memory;
  std::uint8_t has_cpu = 0;     // bit i: cpu[i] had a value
  std::uint8_t has_memory = 0;  // the same
  Maximum capacity_cpu_cores;
  Maximum capacity_memory_bytes;

  // Adds `other` with its sums `count` times (maxima are not multiplied). False on overflow.
  bool add(const PodSums& other, std::int64_t count);
};

struct PodGroup {
  PodSums sums;
  TextId resource_id = kNullText;  // MAX
  RowPlace first_row;
};

// All groups of a node, and the least and the largest of the capacities that they have.
struct NodePods {
  std::array<CoreSecondsSum, PodSums::kSums> cpu;
  std::array<ByteSecondsSum, PodSums::kSums> memory;
  std::array<double, 2> least_capacities{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  std::array<double, 2> largest_capacities{-std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  std::uint8_t has_sums = 0;  // bit i: sum i, first CPU then memory, had a value

  void add(const NodePods& other);
};

class PodTable {
 public:
  using Key = GroupKey<3>;  // namespace, node, label text

  // Values that cannot be summed are remembered and refuse the day in check().
  void add(const Chunk& chunk, RowRange rows, std::uint32_t file, const Texts& texts);
  void merge(const PodTable& other, const TextMapping& mapping, const Texts& texts);
  void write(ByteWriter& bytes) const;
  void read(ByteReader& bytes, const Texts& texts);

  // Throws Refusal if a value could not be summed; the first by place.
  void check() const;

  std::uint32_t size() const { return static_cast<std::uint32_t>(index_.size()); }
  const Key& key(std::uint32_t slot) const { return index_.key(slot); }
  // False: the node is NULL or '', and the group is no part of the summary.
  bool has_node(std::uint32_t slot) const { return totals_[slot].has_node; }
  const RowPlace& first_row(std::uint32_t slot) const { return first_rows_[slot]; }
  PodGroup group(std::uint32_t slot) const;
  // Of groups that have a node.
  boost::unordered_flat_map<TextId, NodePods> nodes() const;
  const RowSign& negatives() const { return negatives_; }
  const RowSign& odd_effective_usage() const { return odd_effective_usage_; }
  std::size_t memory_bytes() const;

 private:
  // CPU and memory, each in the order of PodSums.
  static constexpr std::size_t kAllSums = 2 * PodSums::kSums;
  static constexpr std::size_t kMaxima = 2;
  static constexpr std::uint64_t kWideKeys = 8;  // positions of a slot
  static constexpr double kNone = -std::numeric_limits<double>::infinity();

  // What a row changes, together in memory.
  struct Totals {
    std::array<SplitSum<CoreSecondsSum::kFraction>, PodSums::kSums> cpu;
    std::array<SplitSum<ByteSecondsSum::kFraction>, PodSums::kSums> memory;
    std::array<double, kMaxima> largest_capacities{kNone, kNone};
    TextId resource_id = kNullText;
    std::uint8_t has_sums = 0;  // bit i: sum i had a value
    bool has_node = false;

    // Whether there is a node tells the key.
    static constexpr void each_member(auto& self, auto& bytes) {
      bytes(self.cpu, self.memory, self.largest_capacities, self.resource_id, self.has_sums);
    }
  };

  // The columns of a range of rows as they are added.
  struct Inputs {
    std::array<const double*, kAllSums> values;     // of the usual size; 0 where NULL
    std::array<const double*, kMaxima> capacities;  // kNone where NULL
    const TextId* resource_ids = nullptr;
  };
  struct Offence {
    RowPlace place;  // beyond every file: none
    const char* column = "";
    double value = 0;

    static constexpr void each_member(auto& self, auto& bytes) { bytes(self.place, self.column, self.value); }
  };

  static std::uint64_t wide_key(std::uint32_t slot, std::size_t position) { return slot * kWideKeys + position; }
  void find_slots(const Chunk& chunk, RowRange rows, std::uint32_t file, const Texts& texts);
  Inputs inputs_of(const Chunk& chunk, RowRange rows, std::uint32_t file);
  const NumberColumn& effective_usage(const Chunk& chunk, RowRange rows, std::size_t first_column);
  // Takes values of unusual size out, to wide sums or as offences.
  template <typename Wide>
  const double* usual_values(const NumberColumn& column, std::size_t sum, RowRange rows, RowPlace first_row, Wide& wide);
  void mark_nulls(const NumberColumn& column, std::size_t sum, RowRange rows);
  const double* capacities(const NumberColumn& column, std::size_t which, RowRange rows);
  void add(const Inputs& inputs, const Texts& texts);
  void carry();
  void remember(const Offence& offence);

  SlotIndex<3> index_;
  std::vector<Totals> totals_;  // by slot
  std::vector<RowPlace> first_rows_;
  std::size_t rows_since_carry_ = 0;
  std::size_t rows_ = 0;
  // What does not fit the totals, by slot and position of the sum or maximum.
  boost::unordered_flat_map<std::uint64_t, CoreSecondsSum> wide_cpu_;
  boost::unordered_flat_map<std::uint64_t, ByteSecondsSum> wide_memory_;
  boost::unordered_flat_map<std::uint64_t, Maximum> odd_capacities_;
  Offence offence_;
  RowSign negatives_;
  RowSign odd_effective_usage_;

  // Of the rows at work.
  std::vector<std::uint32_t> slots_;
  std::vector<std::uint8_t> has_sums_;  // bit i: sum i is not NULL
  std::array<NumberColumn, 2> effective_;
  std::array<std::vector<double>, kAllSums + kMaxima> replaced_;  // columns that are not added as they stand in the chunk
};

// The larger text by code points; NULL loses against everything.
TextId larger_text(TextId a, TextId b, const Texts& texts);

}  // namespace costmill
