// Keys of text ids, hashed fast.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>

#include "texts/texts.h"

namespace costmill {

template <std::size_t kSize>
using GroupKey = std::array<TextId, kSize>;

template <std::size_t kSize>
struct GroupKeyHash {
  using is_avalanching = void;
  // Multiply and fold, a 64-bit word of two ids at a time.
  std::size_t operator()(const GroupKey<kSize>& key) const noexcept {
    std::uint64_t hash = 0x9E37'79B9'7F4A'7C15U;
    for (std::size_t i = 0; i < kSize; i += 2) {
      const std::uint64_t word = key[i] | (i + 1 < kSize ? static_cast<std::uint64_t>(key[i + 1]) << 32U : 0U);
      const auto product = static_cast<unsigned __int128>(hash ^ word) * 0xD6E8'FEB8'6659'FD93U;
      hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
    }
    return hash;
  }
};

// std::array compares by calling memcmp.
template <std::size_t kSize>
struct GroupKeyEqual {
  bool operator()(const GroupKey<kSize>& a, const GroupKey<kSize>& b) const noexcept {
    TextId difference = 0;
    for (std::size_t i = 0; i < kSize; ++i) difference |= a[i] ^ b[i];
    return difference == 0;
  }
};

template <std::size_t kSize, typename Value>
using GroupMap = boost::unordered_flat_map<GroupKey<kSize>, Value, GroupKeyHash<kSize>, GroupKeyEqual<kSize>>;

template <std::size_t kSize>
using GroupSet = boost::unordered_flat_set<GroupKey<kSize>, GroupKeyHash<kSize>, GroupKeyEqual<kSize>>;

}  // namespace costmill
