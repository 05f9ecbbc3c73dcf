// From group keys to slots: positions of the group in columns of totals.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "summary/group_key.h"
#include "summary/trail.h"

namespace costmill {

// Slots count up from 0 in the order of first sight. Two ways lead from a key to its slot: the trail, by which the slot is guessed and
// its key compared; and a hash table with open addressing, whose entries hold key and slot. The table is asked for a block of keys at
// once: where an entry lies is fetched for all of them before the first is looked at, so that a table beyond the second-level cache
// costs little more than one within.
template <std::size_t kSize>
class SlotIndex {
 public:
  using Key = GroupKey<kSize>;

  // Fills slots[i] with the slot of key_at(i).
  template <typename KeyAt>
  void find(std::span<std::uint32_t> slots, const KeyAt& key_at) {
    for (std::size_t begin = 0; begin < slots.size(); begin += Trail::kBlock) {
      const auto block = slots.subspan(begin, std::min(Trail::kBlock, slots.size() - begin));
      const auto block_key_at = [&](std::size_t i) { return key_at(begin + i); };
      reserve(keys_.size() + block.size());
      if (trail_.is_followed()) {
        follow_trail(block, block_key_at);
      } else {
        look_up(block, block_key_at);
      }
    }
  }

  std::uint32_t slot_of(const Key& key) {
    reserve(keys_.size() + 1);
    return find_or_add(key, bucket_of(key));
  }

  // For so many keys without growing again. Keeps a quarter of the entries free.
  void reserve(std::size_t keys) {
    if (keys * 4 <= entries_.size() * 3) return;
    entries_.assign(std::max(kFirstEntries, std::bit_ceil(keys * 4 / 3 + 1)), Entry{});
    for (std::uint32_t slot = 0; slot < keys_.size(); ++slot) {
      std::size_t bucket = bucket_of(keys_[slot]);
      while (entries_[bucket].slot != kFree) bucket = (bucket + 1) & (entries_.size() - 1);
      entries_[bucket] = {keys_[slot], slot};
    }
  }

  std::size_t size() const { return keys_.size(); }
  const Key& key(std::uint32_t slot) const { return keys_[slot]; }

  std::size_t memory_bytes() const { return keys_.capacity() * sizeof(Key) + entries_.capacity() * sizeof(Entry) + trail_.memory_bytes(); }

 private:
  struct Entry {
    Key key{};
    std::uint32_t slot = kFree;
  };

  static constexpr std::uint32_t kFree = 0xFFFF'FFFF;
  static constexpr std::size_t kFirstEntries = 1024;

  std::size_t bucket_of(const Key& key) const { return GroupKeyHash<kSize>()(key) & (entries_.size() - 1); }

  template <typename KeyAt>
  void follow_trail(std::span<std::uint32_t> slots, const KeyAt& key_at) {
    Trail::Walk walk = trail_.walk();
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const Key key = key_at(i);
      std::uint32_t slot = walk.expected();
      if (GroupKeyEqual<kSize>()(keys_[slot], key)) [[likely]] {
        walk.came_as_expected();
      } else {
        slot = find_or_add(key, bucket_of(key));
        walk.strayed_to(slot);
      }
      slots[i] = slot;
    }
    trail_.append(slots, walk);
  }

  template <typename KeyAt>
  void look_up(std::span<std::uint32_t> slots, const KeyAt& key_at) {
    std::array<std::size_t, Trail::kBlock> buckets;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      buckets[i] = bucket_of(key_at(i));
      __builtin_prefetch(&entries_[buckets[i]]);
    }
    for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = find_or_add(key_at(i), buckets[i]);
    trail_.append_found(slots);
  }

  std::uint32_t find_or_add(const Key& key, std::size_t bucket) {
    while (true) {
      Entry& entry = entries_[bucket];
      if (entry.slot == kFree) {
        entry = {key, static_cast<std::uint32_t>(keys_.size())};
        keys_.push_back(key);
        return entry.slot;
      }
      if (GroupKeyEqual<kSize>()(entry.key, key)) return entry.slot;
      bucket = (bucket + 1) & (entries_.size() - 1);
    }
  }

  std::vector<Key> keys_;  // by slot
  std::vector<Entry> entries_;
  Trail trail_;
};

}  // namespace costmill
