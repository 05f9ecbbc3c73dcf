#include "sink/digest.h"

#include <algorithm>
#include <bit>
#include <cstring>

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

template <typename Value>
void append_bytes(std::string& out, Value value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof bytes);
}

void append_text(std::string& out, std::string_view text) {
  append_bytes(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

void append_number(std::string& out, double number) {
  if (is_null(number)) {
    out.push_back(kTagNull);
    return;
  }
  out.push_back(kTagValue);
  append_bytes(out, number == 0 ? 0.0 : number);  // -0.0 and 0.0 are the same decimal
}

void append_cell(std::string& out, const Cell& cell, ColumnKind kind) {
  if (cell.null) {
    out.push_back(kTagNull);
    return;
  }
  out.push_back(kTagValue);
  switch (kind) {
    case ColumnKind::kText:
    case ColumnKind::kJson:
    case ColumnKind::kUuid: append_text(out, cell.text); break;
    case ColumnKind::kInteger:
    case ColumnKind::kDate: append_bytes(out, cell.integer); break;
    case ColumnKind::kNumber: break;  // append_number
  }
}

void append_row(std::string& out, const DayRows& day, const SummaryRow& row) {
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const ColumnKind kind = kColumns[c].kind;
    if (kind == ColumnKind::kNumber) {
      append_number(out, row.numbers[kNumberIndexes[c]]);
    } else {
      append_cell(out, cell_of(day, row, static_cast<Column>(c)), kind);
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
  // Fits the second-level cache, so that a row's bytes are hashed while they are still there.
  constexpr std::size_t kBlockBytes = 64 * 1024;
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  std::string block;
  block.reserve(kBlockBytes + 4096);
  append_text(block, kDayTag);
  append_text(block, day.cluster.source_uuid);
  append_bytes(block, day.day.number);
  append_bytes(block, static_cast<std::uint64_t>(day.rows.size()));
  for (const SummaryRow& row : day.rows) {
    append_row(block, day, row);
    if (block.size() >= kBlockBytes) {
      XXH3_128bits_update(&state, block.data(), block.size());
      block.clear();
    }
  }
  XXH3_128bits_update(&state, block.data(), block.size());
  return hex_of(XXH3_128bits_digest(&state));
}

std::array<std::uint8_t, 16> row_uuid(std::string_view source_uuid, Day day, std::uint64_t ordinal) {
  std::string bytes;
  bytes.reserve(128);
  append_text(bytes, kRowTag);
  append_text(bytes, source_uuid);
  append_bytes(bytes, day.number);
  append_bytes(bytes, ordinal);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  std::array<std::uint8_t, 16> uuid;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), uuid.begin());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0F) | 0x80);  // version 8: custom
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3F) | 0x80);  // variant of RFC 9562
  return uuid;
}

std::string uuid_text(const std::array<std::uint8_t, 16>& uuid) {
  std::string text;
  text.reserve(36);
  for (std::size_t byte = 0; byte < uuid.size(); ++byte) {
    if (byte == 4 || byte == 6 || byte == 8 || byte == 10) text.push_back('-');
    text.push_back("0123456789abcdef"[uuid[byte] >> 4]);
    text.push_back("0123456789abcdef"[uuid[byte] & 15]);
  }
  return text;
}

}  // namespace costmill
