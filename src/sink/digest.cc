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

constexpr std::string_view kDayTag = "costmill day 2";
constexpr std::string_view kRowTag = "costmill row 1";
constexpr std::string_view kDigits = "0123456789abcdef";

// The columns whose texts are ids, in table order.
constexpr std::size_t kTextColumns = 9;
constexpr std::array<Column, kTextColumns> kTexts = [] {
  std::array<Column, kTextColumns> columns{};
  std::size_t next = 0;
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (text_member(static_cast<Column>(c)) != nullptr) columns[next++] = static_cast<Column>(c);
  }
  return columns;
}();

// A row as it is hashed: what all rows of a day share is not in it. 0 stands where a cell is NULL.
struct HashedRow {
  std::uint64_t nulls;  // a bit a column of kColumns
  std::array<std::uint64_t, kTextColumns> texts;
  std::array<double, kNumberCount> numbers;
  std::int32_t cost_category_id;
  std::uint32_t data_source;
};
static_assert(sizeof(HashedRow) == 8 + 8 * kTextColumns + 8 * kNumberCount + 8, "no padding, which would be hashed");

constexpr std::uint64_t null_bit(Column column) { return std::uint64_t{1} << static_cast<std::size_t>(column); }

constexpr std::array<std::uint64_t, kNumberCount> kNullBitsOfNumbers = [] {
  std::array<std::uint64_t, kNumberCount> bits{};
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (kColumns[c].kind == ColumnKind::kNumber) bits[kNumberIndexes[c]] = null_bit(static_cast<Column>(c));
  }
  return bits;
}();

HashedRow hashed(const SummaryRow& row, const std::vector<std::uint64_t>& hash_of_text) {
  HashedRow out{};
  for (std::size_t i = 0; i < kTextColumns; ++i) {
    const TextId id = row.*text_member(kTexts[i]);
    if (id == kNullText) {
      out.nulls |= null_bit(kTexts[i]);
    } else {
      out.texts[i] = hash_of_text[id];
    }
  }
  for (std::size_t i = 0; i < kNumberCount; ++i) {
    // By masks: NULLs come in any pattern, and the compiler branches otherwise.
    const std::uint64_t null = -static_cast<std::uint64_t>(is_null(row.numbers[i]));
    out.nulls |= kNullBitsOfNumbers[i] & null;
    const double number = row.numbers[i] + 0.0;  // -0.0 and 0.0 are the same decimal
    out.numbers[i] = std::bit_cast<double>(std::bit_cast<std::uint64_t>(number) & ~null);
  }
  if (!row.has_infrastructure_usage_cost) out.nulls |= null_bit(Column::kInfrastructureUsageCost);
  if (!row.cost_category_id) out.nulls |= null_bit(Column::kCostCategoryId);
  out.cost_category_id = row.cost_category_id.value_or(0);
  out.data_source = static_cast<std::uint32_t>(row.data_source);
  return out;
}

// What all rows of a day share.
std::string shared_form(const DayRows& day) {
  std::string form;
  const auto append = [&](const auto& value) { form.append(reinterpret_cast<const char*>(&value), sizeof value); };
  for (const std::string_view text : {kDayTag, std::string_view(day.cluster.source_uuid), std::string_view(day.cluster.cluster_id),
                                      std::string_view(day.cluster.cluster_alias), kZeroInfrastructureUsageCost}) {
    append(static_cast<std::uint32_t>(text.size()));
    form += text;
  }
  append(static_cast<std::uint32_t>(day.cluster.report_period_id.has_value()));
  append(day.cluster.report_period_id.value_or(0));
  append(day.day.number);
  append(static_cast<std::uint64_t>(day.rows.size()));
  return form;
}

std::string hex_of(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  std::string hex;
  for (const unsigned char byte : canonical.digest) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

}  // namespace

std::string hex_digest(std::string_view bytes) { return hex_of(XXH3_128bits(bytes.data(), bytes.size())); }

std::string digest_of(const DayRows& day) {
  std::vector<std::uint64_t> hash_of_text(day.texts.size());
  for (TextId id = 0; id < hash_of_text.size(); ++id) hash_of_text[id] = XXH3_64bits(day.texts[id].data(), day.texts[id].size());

  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  const std::string shared = shared_form(day);
  XXH3_128bits_update(&state, shared.data(), shared.size());
  constexpr std::size_t kBlockRows = 64;  // stay in the first-level cache
  std::array<HashedRow, kBlockRows> block;
  for (std::size_t first = 0; first < day.rows.size(); first += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, day.rows.size() - first);
    for (std::size_t i = 0; i < count; ++i) block[i] = hashed(day.rows[first + i], hash_of_text);
    XXH3_128bits_update(&state, block.data(), count * sizeof(HashedRow));
  }
  return hex_of(XXH3_128bits_digest(&state));
}

RowUuids::RowUuids(std::string_view source_uuid, Day day) {
  const auto append = [&](const void* data, std::size_t size) {
    std::memcpy(hashed_.data() + ordinal_at_, data, size);
    ordinal_at_ += size;
  };
  const auto append_text = [&](std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    append(&size, sizeof size);
    append(text.data(), text.size());
  };
  append_text(kRowTag);
  append_text(source_uuid.substr(0, 64));  // a UUID text has 36
  append(&day.number, sizeof day.number);
}

RowUuids::Uuid RowUuids::operator()(std::uint64_t ordinal) {
  std::memcpy(hashed_.data() + ordinal_at_, &ordinal, sizeof ordinal);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(hashed_.data(), ordinal_at_ + sizeof ordinal));
  Uuid uuid;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), uuid.begin());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0F) | 0x80);  // version 8: custom
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3F) | 0x80);  // variant of RFC 9562
  return uuid;
}

UuidText uuid_chars(const RowUuids::Uuid& uuid) {
  static constexpr auto kHex = [] {
    std::array<std::array<char, 2>, 256> hex{};
    for (std::size_t byte = 0; byte < hex.size(); ++byte) hex[byte] = {kDigits[byte >> 4], kDigits[byte & 15]};
    return hex;
  }();
  UuidText text;
  text[8] = text[13] = text[18] = text[23] = '-';
  constexpr std::array<std::size_t, std::tuple_size_v<RowUuids::Uuid>> kPlaces{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
  for (std::size_t byte = 0; byte < uuid.size(); ++byte) std::memcpy(text.data() + kPlaces[byte], kHex[uuid[byte]].data(), 2);
  return text;
}

std::string uuid_text(const RowUuids::Uuid& uuid) {
  const UuidText text = uuid_chars(uuid);
  return {text.begin(), text.end()};
}

}  // namespace costmill
