// From group keys to slots: positions of the group in columns of accumulators.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "summary/group_key.h"

namespace costmill {

// Slots count up from 0 in the order of first sight. The rows of one hour mostly come in the order of the hour before, so the trail
// of slots is kept and the next one on it is tried first; beyond that it is a hash table of 32-bit slots with open addressing.
template <std::size_t kSize>
class SlotIndex {
 public:
  using Key = GroupKey<kSize>;

  std::uint32_t slot_of(const Key& key) {
    if (!keys_.empty()) __builtin_prefetch(&keys_[trail_[(expected_ + kAhead) & trail_mask_]]);
    for (std::uint32_t step = 0; step < kGuesses && !keys_.empty(); ++step) {
      const std::uint32_t guess = trail_[(expected_ + step) & trail_mask_];
      if (!is_same(keys_[guess], key)) continue;
      expected_ += step + 1;
      return record(guess);
    }
    const std::uint32_t slot = find_or_add(key);
    expected_ = last_seen_[slot] + 1;
    return record(slot);
  }

  std::size_t size() const { return keys_.size(); }
  const Key& key(std::uint32_t slot) const { return keys_[slot]; }

  std::size_t memory_bytes() const {
    return keys_.capacity() * sizeof(Key) + (last_seen_.capacity() + buckets_.capacity() + trail_.capacity()) * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::uint32_t kFree = 0xFFFF'FFFF;
  static constexpr std::size_t kFirstBuckets = 1024;
  static constexpr std::uint32_t kAhead = 12;   // positions on the trail: long enough for the third-level cache to answer
  static constexpr std::uint32_t kGuesses = 2;  // pods go: what followed may be absent

  // std::array compares by calling memcmp.
  static bool is_same(const Key& a, const Key& b) {
    TextId difference = 0;
    for (std::size_t i = 0; i < kSize; ++i) difference |= a[i] ^ b[i];
    return difference == 0;
  }

  std::uint32_t record(std::uint32_t slot) {
    trail_[position_ & trail_mask_] = slot;
    last_seen_[slot] = position_++;
    return slot;
  }

  [[gnu::noinline]] std::uint32_t find_or_add(const Key& key) {
    if (keys_.size() * 2 >= buckets_.size()) grow();
    const std::size_t mask = buckets_.size() - 1;
    for (std::size_t bucket = GroupKeyHash<kSize>()(key) & mask;; bucket = (bucket + 1) & mask) {
      const std::uint32_t slot = buckets_[bucket];
      if (slot == kFree) {
        buckets_[bucket] = static_cast<std::uint32_t>(keys_.size());
        keys_.push_back(key);
        last_seen_.push_back(expected_ - 1);
        return buckets_[bucket];
      }
      if (is_same(keys_[slot], key)) return slot;
    }
  }

  void grow() {
    buckets_.assign(std::max(kFirstBuckets, buckets_.size() * 2), kFree);
    const std::size_t mask = buckets_.size() - 1;
    for (std::uint32_t slot = 0; slot < keys_.size(); ++slot) {
      std::size_t bucket = GroupKeyHash<kSize>()(keys_[slot]) & mask;
      while (buckets_[bucket] != kFree) bucket = (bucket + 1) & mask;
      buckets_[bucket] = slot;
    }
    // Several rows of an hour may be of one group, so the trail is longer than there are groups.
    std::vector<std::uint32_t> trail(buckets_.size(), 0);
    for (std::size_t i = 1; i <= std::min<std::size_t>(trail_.size(), position_); ++i) {
      const auto position = static_cast<std::uint32_t>(position_ - i);
      trail[position & mask] = trail_[position & trail_mask_];
    }
    trail_ = std::move(trail);
    trail_mask_ = static_cast<std::uint32_t>(mask);
  }

  std::vector<Key> keys_;                 // by slot
  std::vector<std::uint32_t> last_seen_;  // by slot: its position on the trail
  std::vector<std::uint32_t> buckets_;    // slots; a power of two
  std::vector<std::uint32_t> trail_;      // of the latest slots, by position modulo its size, a power of two
  std::uint32_t trail_mask_ = 0;
  std::uint32_t position_ = 0;
  std::uint32_t expected_ = 0;  // position whose slot is expected again
};

}  // namespace costmill
