// The maxima of one quantity over all groups of a day.
#pragma once

#include <algorithm>
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
  void resize(std::size_t groups) { largest_.resize(groups, kNone); }

  // Adds values[i] to group slots[i], where valid is null or valid[i] != 0.
  void add(std::span<const std::uint32_t> slots, const double* values, const std::uint8_t* valid) {
    const auto is_given = [&](std::size_t i) { return valid == nullptr || valid[i] != 0; };
    for (std::size_t i = 0; i < slots.size(); ++i) {
      double& largest = largest_[slots[i]];
      if (is_given(i)) largest = values[i] > largest ? values[i] : largest;  // false for NaN
    }
    if (all_within(values, slots.size(), std::numeric_limits<double>::infinity())) [[likely]]
      return;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (is_given(i) && !std::isfinite(values[i])) odd_[slots[i]].add(values[i]);
    }
  }

  void merge(std::uint32_t slot, const MaximumColumn& other, std::uint32_t other_slot) {
    largest_[slot] = std::max(largest_[slot], other.largest_[other_slot]);
    if (const auto found = other.odd_.find(other_slot); found != other.odd_.end()) odd_[slot].add(found->second);
  }

  Maximum maximum(std::uint32_t slot) const {
    Maximum maximum;
    if (largest_[slot] != kNone) maximum.add(largest_[slot]);
    if (odd_.empty()) return maximum;
    if (const auto found = odd_.find(slot); found != odd_.end()) maximum.add(found->second);
    return maximum;
  }

  std::size_t memory_bytes() const { return largest_.capacity() * sizeof(double) + odd_.bucket_count() * sizeof(*odd_.begin()); }

 private:
  static constexpr double kNone = -std::numeric_limits<double>::infinity();

  std::vector<double> largest_;                            // by slot
  boost::unordered_flat_map<std::uint32_t, Maximum> odd_;  // of values that are not finite
};

}  // namespace costmill
