// What of each table of a day travels to another process. What only makes adding fast is left behind.
#include <algorithm>

#include "calendar/day.h"
#include "summary/capacity.h"
#include "summary/fold_bytes.h"
#include "summary/label_sets.h"
#include "summary/node_roles.h"
#include "summary/placements.h"
#include "summary/pods.h"
#include "summary/storage.h"

namespace costmill {

void PodTable::write(ByteWriter& bytes) const {
  bytes.count(size());
  for (std::uint32_t slot = 0; slot < size(); ++slot) {
    Totals totals = totals_[slot];
    // A high part that must be taken out is taken out where it arrives.
    for (auto& sum : totals.cpu) sum.carry();
    for (auto& sum : totals.memory) sum.carry();
    bytes(key(slot), first_rows_[slot], totals);
  }
  bytes(wide_cpu_, wide_memory_, odd_capacities_, offence_, negatives_, odd_effective_usage_);
}

void PodTable::read(ByteReader& bytes, const Texts& texts) {
  const std::size_t groups = bytes.count(kLeastBytes<Key, RowPlace, Totals>);
  index_.reserve(groups);
  totals_.reserve(groups);
  first_rows_.reserve(groups);
  for (std::size_t slot = 0; slot < groups; ++slot) {
    Key key;
    Totals& totals = totals_.emplace_back();
    bytes(key, first_rows_.emplace_back(), totals);
    bytes.check_text(totals.resource_id);
    totals.has_node = key[1] != kNullText && !texts[key[1]].empty();
    ByteReader::require(index_.slot_of(key) == slot, "a group twice");
  }
  bytes(wide_cpu_, wide_memory_, odd_capacities_, offence_, negatives_, odd_effective_usage_);
  const auto check_keys = [&](const auto& wide, std::size_t first, std::size_t count) {
    for (const auto& [key, value] : wide) {
      const bool is_known = key / kWideKeys < groups && key % kWideKeys - first < count;
      ByteReader::require(is_known, "a sum of no group");
    }
  };
  check_keys(wide_cpu_, 0, PodSums::kSums);
  check_keys(wide_memory_, PodSums::kSums, PodSums::kSums);
  check_keys(odd_capacities_, 0, kMaxima);
  carry();
  rows_ = SplitSum<CoreSecondsSum::kFraction>::kAdditionsBetweenCarries + 1;  // not known to be few, so nothing relies on the sizes of sums
}

void CapacityTable::write(ByteWriter& bytes) const {
  bytes.count(intervals_.size());
  for (const auto& [node, ms_of_day] : intervals_) bytes(node, ms_of_day);
  bytes(cpu_core_seconds_, memory_byte_seconds_, offence_, negatives_);
}

void CapacityTable::read(ByteReader& bytes) {
  const std::size_t intervals = bytes.count(kLeastBytes<TextId, std::uint32_t>);
  index_.reserve(intervals);
  intervals_.reserve(intervals);
  for (std::uint32_t slot = 0; slot < intervals; ++slot) {
    auto& [node, ms_of_day] = intervals_.emplace_back();
    bytes(node, ms_of_day);
    bytes.check_text(node);
    ByteReader::require(ms_of_day < kMillisecondsPerDay, "a time beyond the day");
    ByteReader::require(index_.try_emplace(intervals_.back(), slot).second, "an interval twice");
  }
  bytes(cpu_core_seconds_, memory_byte_seconds_, offence_, negatives_);
  for (const MaximumColumn* const maxima : {&cpu_core_seconds_, &memory_byte_seconds_}) {
    ByteReader::require(maxima->size() == intervals, "a maximum of no interval");
  }
}

void PlacementTable::write(ByteWriter& bytes) const { bytes(seen_); }

void PlacementTable::read(ByteReader& bytes) { bytes(seen_); }

void StorageTable::write(ByteWriter& bytes) const {
  bytes.count(groups_.size());
  for (const auto& [key, slot] : index_) bytes(key, groups_[slot]);
  bytes(offence_place_, offence_column_, offence_value_, negatives_);
}

void StorageTable::read(ByteReader& bytes) {
  const std::size_t groups = bytes.count(kLeastBytes<Key, StorageGroup>);
  index_.reserve(groups);
  groups_.reserve(groups);
  for (std::uint32_t slot = 0; slot < groups; ++slot) {
    Key key;
    bytes(key, groups_.emplace_back());
    ByteReader::require(index_.try_emplace(key, slot).second, "a volume twice");
  }
  bytes(offence_place_, offence_column_, offence_value_, negatives_);
}

void LabelSets::write(ByteWriter& bytes) const { bytes(first_seen_); }

void LabelSets::read(ByteReader& bytes) { bytes(first_seen_); }

void NodeRoleEvidence::write(ByteWriter& bytes) const { bytes(nodes_); }

void NodeRoleEvidence::read(ByteReader& bytes) {
  bytes(nodes_);
  for (const auto& [key, evidence] : nodes_) {
    ByteReader::require(key[0] != kNullText && key[1] != kNullText, "a role of no node");
    bytes.check_text(evidence.node_role);
  }
}

}  // namespace costmill
