// Pod rows: the sums of daily pods by (namespace, node, label text), and the rows made of them. Rule 6.
#pragma once

#include <span>
#include <vector>

#include "scan/chunk.h"
#include "summary/exact_sum.h"
#include "summary/group_key.h"
#include "summary/maximum.h"
#include "summary/row_place.h"
#include "summary/text_mapping.h"

namespace costmill {

// The eight sums of a pod group, and the two capacities of its own rows.
struct PodSums {
  static constexpr std::size_t kSums = 4;  // usage, request, effective usage, limit

  std::array<CoreSecondsSum, kSums> cpu;
  std::array<ByteSecondsSum, kSums> memory;
  std::uint8_t has_cpu = 0;     // bit i: cpu[i] had a value
  std::uint8_t has_memory = 0;  // the same
  Maximum capacity_cpu_cores;
  Maximum capacity_memory_bytes;

  void add(const PodSums& other);
  // Adds `other` with its sums `count` times (maxima are not multiplied). False on overflow.
  bool add(const PodSums& other, std::int64_t count);

 private:
  void add_maxima(const PodSums& other);
};

struct PodGroup {
  PodSums sums;
  TextId resource_id = kNullText;  // MAX
  RowPlace first_row;
};

class PodTable {
 public:
  // Rows whose node is NULL or '' are dropped. Values that cannot be summed are remembered and refuse the day in check().
  void add(const Chunk& chunk, std::span<const std::uint32_t> rows, std::uint32_t file, const Texts& texts);
  void merge(const PodTable& other, const TextMapping& mapping, const Texts& texts);

  // Throws Refusal if a value could not be summed; the first by place.
  void check() const;

  // Key: namespace, node, label text.
  const GroupMap<3, std::uint32_t>& index() const { return index_; }
  const PodGroup& group(std::uint32_t slot) const { return groups_[slot]; }
  std::size_t memory_bytes() const;

 private:
  struct Offence {
    RowPlace place;  // beyond every file: none
    const char* column = "";
    double value = 0;
  };

  void find_slots(const Chunk& chunk, std::span<const std::uint32_t> rows, std::uint32_t file, const Texts& texts);
  template <typename Sum>
  void fold_sums(const Chunk& chunk, std::uint32_t file, std::array<Sum, PodSums::kSums> PodSums::*sums, std::uint8_t PodSums::*has,
                 std::size_t first_column);
  void remember(const Offence& offence);

  GroupMap<3, std::uint32_t> index_;
  std::vector<PodGroup> groups_;
  Offence offence_;
  std::vector<std::uint32_t> slots_;  // of the rows kept, as long as one add() runs
  std::vector<std::uint32_t> kept_;
};

// The larger text by code points; NULL loses against everything.
TextId larger_text(TextId a, TextId b, const Texts& texts);

}  // namespace costmill
