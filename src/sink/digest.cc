#include "sink/digest.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sink/number_indexes.h"

namespace costmill {
namespace {

static_assert(std::endian::native == std::endian::little, "the binary form is little-endian and written by copying");

constexpr char kTagNull = 0;
constexpr char kTagValue = 1;

constexpr std::string_view kDayTag = "costmill day 1";
constexpr std::string_view kRowTag = "costmill row 1";

// Bytes of the binary form on their way into a hash. Written in blocks that stay in the second-level cache; plain pointer
// arithmetic, since a day has millions of cells and std::string::append would be most of the cost.
class HashedBytes {
 public:
  HashedBytes() : block_(kBlockBytes) { XXH3_128bits_reset(&state_); }

  template <typename Value>
  void append(Value value) {
    make_room(sizeof value);
    std::memcpy(block_.data() + used_, &value, sizeof value);
    used_ += sizeof value;
  }

  void append_text(std::string_view text) {
    append(static_cast<std::uint32_t>(text.size()));
    if (text.size() > kBlockBytes) {
      flush();
      XXH3_128bits_update(&state_, text.data(), text.size());
      return;
    }
    make_room(text.size());
    if (!text.empty()) std::memcpy(block_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  XXH128_hash_t hash() {
    flush();
    return XXH3_128bits_digest(&state_);
  }

 private:
  static constexpr std::size_t kBlockBytes = 64 * 1024;

  void make_room(std::size_t bytes) {
    if (used_ + bytes > kBlockBytes) flush();
  }

  void flush() {
    XXH3_128bits_update(&state_, block_.data(), used_);
    used_ = 0;
  }

  XXH3_state_t state_;
  std::vector<char> block_;
  std::size_t used_ = 0;
};

void append_number(HashedBytes& out, double number) {
  if (is_null(number)) {
    out.append(kTagNull);
    return;
  }
  out.append(kTagValue);
  out.append(number == 0 ? 0.0 : number);  // -0.0 and 0.0 are the same decimal
}

void append_text_or_null(HashedBytes& out, std::optional<std::string_view> text) {
  if (!text) return out.append(kTagNull);
  out.append(kTagValue);
  out.append_text(*text);
}

void append_cell(HashedBytes& out, const Cell& cell, ColumnKind kind) {
  if (cell.null) return out.append(kTagNull);
  out.append(kTagValue);
  if (kind == ColumnKind::kInteger || kind == ColumnKind::kDate) {
    out.append(cell.integer);
  } else {
    out.append_text(cell.text);
  }
}

void append_row(HashedBytes& out, const DayRows& day, const SummaryRow& row) {
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto column = static_cast<Column>(c);
    if (kColumns[c].kind == ColumnKind::kNumber) {
      append_number(out, row.numbers[kNumberIndexes[c]]);
    } else if (const auto text = text_member(column); text != nullptr) {
      append_text_or_null(out, day.text(row.*text));
    } else {
      append_cell(out, cell_of(day, row, column), kColumns[c].kind);
    }
  }
}

std::string hex_of(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  std::string hex;
  for (const unsigned char byte : canonical.digest) {
    hex.push_back("0123456789abcdef"[byte >> 4]);
    hex.push_back("0123456789abcdef"[byte & 15]);
  }
  return hex;
}

}  // namespace

std::string hex_digest(std::string_view bytes) { return hex_of(XXH3_128bits(bytes.data(), bytes.size())); }

std::string digest_of(const DayRows& day) {
  HashedBytes bytes;
  bytes.append_text(kDayTag);
  bytes.append_text(day.cluster.source_uuid);
  bytes.append(day.day.number);
  bytes.append(static_cast<std::uint64_t>(day.rows.size()));
  for (const SummaryRow& row : day.rows) append_row(bytes, day, row);
  return hex_of(bytes.hash());
}

std::array<std::uint8_t, 16> row_uuid(std::string_view source_uuid, Day day, std::uint64_t ordinal) {
  std::array<char, 128> bytes;
  std::size_t used = 0;
  const auto append = [&](const void* data, std::size_t size) {
    std::memcpy(bytes.data() + used, data, size);
    used += size;
  };
  const auto append_text = [&](std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    append(&size, sizeof size);
    append(text.data(), text.size());
  };
  append_text(kRowTag);
  append_text(source_uuid.substr(0, 64));  // a UUID text has 36
  append(&day.number, sizeof day.number);
  append(&ordinal, sizeof ordinal);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), used));
  std::array<std::uint8_t, 16> uuid;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), uuid.begin());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0F) | 0x80);  // version 8: custom
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3F) | 0x80);  // variant of RFC 9562
  return uuid;
}

UuidText uuid_chars(const std::array<std::uint8_t, 16>& uuid) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  UuidText text;
  std::size_t used = 0;
  for (std::size_t byte = 0; byte < uuid.size(); ++byte) {
    if (byte == 4 || byte == 6 || byte == 8 || byte == 10) text[used++] = '-';
    text[used++] = kDigits[uuid[byte] >> 4];
    text[used++] = kDigits[uuid[byte] & 15];
  }
  return text;
}

std::string uuid_text(const std::array<std::uint8_t, 16>& uuid) {
  const UuidText text = uuid_chars(uuid);
  return {text.begin(), text.end()};
}

}  // namespace costmill
