// Parquet's hybrid of repeated runs and bit-packed runs: dictionary codes and definition levels.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace costmill {

// Bits of every value below `count`; at least one, as some readers know no width of 0.
constexpr int hybrid_bit_width(std::uint32_t count) { return count <= 2 ? 1 : static_cast<int>(std::bit_width(count - 1)); }

namespace hybrid {

constexpr std::size_t kPackedGroup = 8;  // values; bit-packed runs are whole groups
// Shorter repetitions stay in the bit-packed run, as the headers of two more runs would take more.
constexpr std::size_t kFewestRepeated = 16;

template <typename Bytes>
void append_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 128U));
  out.push_back(static_cast<std::uint8_t>(value));
}

// Where values that equal the one at `begin` end.
template <typename Value>
std::size_t end_of_run(std::span<const Value> values, std::size_t begin) {
  std::size_t end = begin + 1;
  if constexpr (sizeof(Value) == 1) {  // levels have long runs: a machine word at a time
    const std::uint64_t run = values[begin] * std::uint64_t{0x0101'0101'0101'0101};
    for (std::uint64_t word = run; end + sizeof word <= values.size(); end += sizeof word) {
      std::memcpy(&word, values.data() + end, sizeof word);
      if (word != run) break;
    }
  }
  while (end < values.size() && values[end] == values[begin]) ++end;
  return end;
}

template <typename Value, typename Bytes>
void append_repeated(Bytes& out, Value value, std::size_t count, int bit_width) {
  append_varint(out, std::uint64_t{count} << 1U);
  for (int bits = 0; bits < bit_width; bits += 8) out.push_back(static_cast<std::uint8_t>(value >> static_cast<unsigned>(bits)));
}

template <typename Value, typename Bytes>
void append_packed(Bytes& out, std::span<const Value> values, int bit_width) {
  if (values.empty()) return;
  const std::size_t groups = (values.size() + kPackedGroup - 1) / kPackedGroup;
  append_varint(out, std::uint64_t{groups} << 1U | 1U);
  const std::size_t begin = out.size();
  out.resize(begin + groups * static_cast<std::size_t>(bit_width));
  std::uint8_t* to = out.data() + begin;
  std::uint64_t bits = 0;
  int used = 0;
  for (const Value value : values) {
    bits |= std::uint64_t{value} << static_cast<unsigned>(used);
    for (used += bit_width; used >= 8; used -= 8, bits >>= 8U) *to++ = static_cast<std::uint8_t>(bits);
  }
  for (std::uint8_t* const end = out.data() + out.size(); to != end; bits >>= 8U) *to++ = static_cast<std::uint8_t>(bits);
}

}  // namespace hybrid

// Appends `values`, each below 2^bit_width. Readers know their number from elsewhere.
template <typename Value, typename Bytes>
void append_hybrid(Bytes& out, std::span<const Value> values, int bit_width) {
  std::size_t packed_begin = 0;
  std::size_t i = 0;
  while (i < values.size()) {
    const std::size_t end = hybrid::end_of_run(values, i);
    if (end - i >= hybrid::kFewestRepeated) {
      hybrid::append_packed(out, values.subspan(packed_begin, i - packed_begin), bit_width);
      hybrid::append_repeated(out, values[i], end - i, bit_width);
      i = packed_begin = end;
    } else {
      i = std::min(i + hybrid::kPackedGroup, values.size());
    }
  }
  hybrid::append_packed(out, values.subspan(packed_begin), bit_width);
}

}  // namespace costmill
