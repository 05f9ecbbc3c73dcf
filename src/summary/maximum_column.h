// The maxima of one quantity over all groups of a day.
#pragma once

#include <algorithm>
#include <bit>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "summary/magnitude.h"
#include "summary/maximum.h"

namespace costmill {

// Gives what Maximum gives, a column at a time.
class MaximumColumn {
 public:
  void resize(std::size_t groups) {
    largest_.resize(groups, kNone);
    smallest_.resize(groups, kNoSmallest);
  }

  // Adds values[i] to group slots[i], where valid is null or valid[i] != 0. `all_finite`: as far as is known.
  void add(std::span<const std::uint32_t> slots, const double* values, const std::uint8_t* valid, bool all_finite = false) {
    const auto is_given = [&](std::size_t i) { return valid == nullptr || valid[i] != 0; };
    for (std::size_t i = 0; i < slots.size(); ++i) {
      // Seldom true; a branch, so that rows of one group do not wait for each other's store.
      if (is_given(i) && std::bit_cast<std::uint64_t>(values[i]) != std::bit_cast<std::uint64_t>(largest_[slots[i]])) [[unlikely]]
        add_other(slots[i], values[i]);
    }
    if (all_finite || all_within(values, slots.size(), std::numeric_limits<double>::infinity())) [[likely]]
      return;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (is_given(i) && !std::isfinite(values[i])) odd_[slots[i]].add(values[i]);
    }
  }

  void merge(std::uint32_t slot, const MaximumColumn& other, std::uint32_t other_slot) {
    const double theirs = other.largest_[other_slot];
    if (theirs != kNone && theirs != largest_[slot]) add_other(slot, theirs);
    smallest_[slot] = std::min(smallest_[slot], other.smallest_[other_slot]);
    if (const auto found = other.odd_.find(other_slot); found != other.odd_.end()) odd_[slot].add(found->second);
  }

  Maximum maximum(std::uint32_t slot) const {
    Maximum maximum;
    if (largest_[slot] != kNone) maximum.add(largest_[slot]);
    if (odd_.empty()) return maximum;
    if (const auto found = odd_.find(slot); found != odd_.end()) maximum.add(found->second);
    return maximum;
  }

  // Where finite values differ: the smallest of them.
  std::optional<double> smaller_one(std::uint32_t slot) const {
    return smallest_[slot] < largest_[slot] ? std::optional<double>(smallest_[slot]) : std::nullopt;
  }

  std::size_t size() const { return largest_.size(); }

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.largest_, self.smallest_, self.odd_); }
  bool is_sound() const {
    return smallest_.size() == size() && std::all_of(odd_.begin(), odd_.end(), [&](const auto& odd) { return odd.first < size(); });
  }

  std::size_t memory_bytes() const {
    return (largest_.capacity() + smallest_.capacity()) * sizeof(double) + odd_.bucket_count() * sizeof(*odd_.begin());
  }

 private:
  static constexpr double kNone = -std::numeric_limits<double>::infinity();
  static constexpr double kNoSmallest = std::numeric_limits<double>::infinity();

  // A value of other bits than the largest so far. NaN is neither larger nor smaller.
  void add_other(std::uint32_t slot, double value) {
    double& largest = largest_[slot];
    if (largest != kNone && !std::isnan(value)) smallest_[slot] = std::min({smallest_[slot], value, largest});
    if (value > largest) largest = value;
  }

  std::vector<double> largest_;                            // by slot
  std::vector<double> smallest_;                           // the same, once values differ
  boost::unordered_flat_map<std::uint32_t, Maximum> odd_;  // of values that are not finite
};

}  // namespace costmill
