#include "postgres/binary_copy.h"

#include <algorithm>

namespace costmill {
namespace {

constexpr std::int32_t kDaysFrom1970To2000 = 10957;
constexpr int kPlaces = 15;
constexpr unsigned kBase = 10000;
// 15 places are 4 groups of 4 with a zero behind; 18 digits before the point are 5 groups.
constexpr int kFractionGroups = 4;
constexpr int kGroups = kFractionGroups + 5;

unsigned nibble(char c) {
  if (c <= '9') return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

}  // namespace

void append_int16(std::string& out, std::int16_t value) {
  const auto bits = static_cast<std::uint16_t>(value);
  out += static_cast<char>(bits >> 8);
  out += static_cast<char>(bits);
}

void append_int32(std::string& out, std::int32_t value) {
  const auto bits = static_cast<std::uint32_t>(value);
  const char bytes[] = {static_cast<char>(bits >> 24), static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
                        static_cast<char>(bits)};
  out.append(bytes, sizeof bytes);
}

void append_numeric(std::string& out, Decimal decimal) {
  constexpr std::int16_t kNegative = 0x4000;
  std::array<std::int16_t, kGroups> groups{};  // the most significant first
  auto rest = decimal < 0 ? -static_cast<unsigned __int128>(decimal) : static_cast<unsigned __int128>(decimal);
  // Two halves of 64 bits, for 128-bit divisions are slow: the places, then what stands before the point.
  constexpr std::uint64_t kUnit = 1'000'000'000'000'000;
  auto whole = static_cast<std::uint64_t>(rest / kUnit);
  auto fraction = static_cast<std::uint64_t>(rest % kUnit) * 10;
  for (int i = kGroups - 1; i >= kGroups - kFractionGroups; --i, fraction /= kBase) groups[i] = static_cast<std::int16_t>(fraction % kBase);
  for (int i = kGroups - kFractionGroups - 1; i >= 0; --i, whole /= kBase) groups[i] = static_cast<std::int16_t>(whole % kBase);
  const auto is_zero = [](std::int16_t group) { return group == 0; };
  const auto begin = std::find_if_not(groups.begin(), groups.end(), is_zero);
  const auto end = std::find_if_not(groups.rbegin(), std::make_reverse_iterator(begin), is_zero).base();
  const auto skipped = static_cast<int>(begin - groups.begin());
  append_int16(out, static_cast<std::int16_t>(end - begin));
  append_int16(out, static_cast<std::int16_t>(begin == end ? 0 : kGroups - kFractionGroups - 1 - skipped));
  append_int16(out, decimal < 0 ? kNegative : std::int16_t{0});
  append_int16(out, kPlaces);
  for (auto group = begin; group != end; ++group) append_int16(out, *group);
}

void append_date(std::string& out, Day day) { append_int32(out, day.number - kDaysFrom1970To2000); }

void append_jsonb(std::string& out, std::string_view json) {
  constexpr char kVersion = 1;
  out += kVersion;
  out += json;
}

void append_uuid(std::string& out, std::string_view text) {
  unsigned high = 0;
  bool has_high = false;
  for (const char c : text) {
    if (c == '-') continue;
    if (has_high) out += static_cast<char>(high << 4 | nibble(c));
    high = nibble(c);
    has_high = !has_high;
  }
}

}  // namespace costmill
