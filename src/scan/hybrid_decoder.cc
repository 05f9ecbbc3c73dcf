#include "scan/hybrid_decoder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace costmill {
namespace {

constexpr std::size_t kPackedGroup = 8;  // values that fill whole bytes at every bit width

std::uint64_t load_little_endian(const std::uint8_t* bytes, std::size_t count = sizeof(std::uint64_t)) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, count);
  return value;
}

constexpr std::uint32_t mask_of(int bit_width) { return static_cast<std::uint32_t>((std::uint64_t{1} << bit_width) - 1); }

// Reads up to 8 bytes beyond the group.
template <int kBitWidth>
void unpack_group(const std::uint8_t* in, std::uint32_t* out) {
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kPackedGroup; ++i) {
    const std::size_t bit = i * kBitWidth;
    out[i] = static_cast<std::uint32_t>(load_little_endian(in + bit / 8) >> bit % 8) & mask_of(kBitWidth);
  }
}

template <int kBitWidth>
void unpack_groups(const std::uint8_t* in, std::uint32_t* out, std::size_t groups) {
  for (; groups > 0; --groups, in += kBitWidth, out += kPackedGroup) unpack_group<kBitWidth>(in, out);
}

using UnpackGroups = void (*)(const std::uint8_t*, std::uint32_t*, std::size_t);

template <std::size_t... kBitWidths>
constexpr std::array<UnpackGroups, sizeof...(kBitWidths)> unpackers(std::index_sequence<kBitWidths...>) {
  return {unpack_groups<static_cast<int>(kBitWidths)>...};
}

constexpr auto kUnpackers = unpackers(std::make_index_sequence<HybridDecoder::kMaxBitWidth + 1>{});

}  // namespace

HybridDecoder::HybridDecoder(std::span<const std::uint8_t> bytes, int bit_width) : bytes_(bytes), bit_width_(bit_width) {}

bool HybridDecoder::begin_run() {
  std::uint64_t header = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (bytes_.empty() || shift > 28) return false;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    header |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  const auto width = static_cast<std::size_t>(bit_width_);
  const std::size_t count = header >> 1U;
  if ((header & 1U) != 0) {
    const std::size_t bytes = std::min(count * width, bytes_.size());
    packed_ = bytes_;
    packed_next_ = 0;
    // Some writers cut the padding of the last run off.
    packed_left_ = width == 0 ? count * kPackedGroup : std::min(count * kPackedGroup, bytes * 8 / width);
    bytes_ = bytes_.subspan(bytes);
    return packed_left_ > 0 || count == 0;
  }
  const std::size_t bytes = (width + 7) / 8;
  if (bytes_.size() < bytes) return false;
  repeated_value_ = static_cast<std::uint32_t>(load_little_endian(bytes_.data(), bytes));
  repeated_left_ = count;
  bytes_ = bytes_.subspan(bytes);
  return repeated_value_ <= mask_of(bit_width_);
}

void HybridDecoder::unpack(std::uint32_t* out, std::size_t count) {
  const auto width = static_cast<std::size_t>(bit_width_);
  std::size_t done = 0;
  const auto one = [&] {
    const std::size_t bit = (packed_next_ + done) * width;
    const std::size_t bytes = std::min(packed_.size() - bit / 8, sizeof(std::uint64_t));
    out[done++] = static_cast<std::uint32_t>(load_little_endian(packed_.data() + bit / 8, bytes) >> bit % 8) & mask_of(bit_width_);
  };
  while (done < count && (packed_next_ + done) % kPackedGroup != 0) one();
  // Whole groups, as long as reading beyond them stays within the page.
  const std::size_t begin = (packed_next_ + done) * width / 8;
  const std::size_t readable = packed_.size() - begin;
  if (readable > sizeof(std::uint64_t) && width > 0) {
    const std::size_t groups = std::min((count - done) / kPackedGroup, (readable - sizeof(std::uint64_t)) / width);
    kUnpackers[width](packed_.data() + begin, out + done, groups);
    done += groups * kPackedGroup;
  }
  while (done < count) one();
  packed_next_ += count;
  packed_left_ -= count;
}

bool HybridDecoder::read(std::span<std::uint32_t> out) {
  while (!out.empty()) {
    if (repeated_left_ > 0) {
      const std::size_t count = std::min(repeated_left_, out.size());
      std::fill_n(out.begin(), count, repeated_value_);
      repeated_left_ -= count;
      out = out.subspan(count);
    } else if (packed_left_ > 0) {
      const std::size_t count = std::min(packed_left_, out.size());
      unpack(out.data(), count);
      out = out.subspan(count);
    } else if (!begin_run()) {
      return false;
    }
  }
  return true;
}

bool HybridDecoder::has_more() const {
  constexpr std::size_t kMostPadding = 64;
  return repeated_left_ > 0 || packed_left_ >= kMostPadding ||
         std::any_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte != 0; });
}

std::optional<std::uint32_t> HybridDecoder::take_repeated(std::size_t count) {
  while (repeated_left_ == 0 && packed_left_ == 0) {
    if (!begin_run()) return std::nullopt;
  }
  if (repeated_left_ < count) return std::nullopt;
  repeated_left_ -= count;
  return repeated_value_;
}

}  // namespace costmill
