#include "scan/timestamps.h"

#include "calendar/day.h"

namespace costmill {
namespace {

constexpr std::int64_t floor_div(std::int64_t value, std::int64_t by) { return value >= 0 ? value / by : -((-(value + 1)) / by) - 1; }

// Takes `digits` digits off the front.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

// Milliseconds of a fraction `.123456`; digits beyond the third are cut off.
std::optional<int> take_fraction_ms(std::string_view& text) {
  if (!take(text, ".")) return 0;
  int ms = 0;
  int digits = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (digits < 3) ms = ms * 10 + (text[0] - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) ms *= 10;
  return ms;
}

// `Z`, `UTC`, `+0000 UTC`, `+02:00` or nothing, as minutes east.
std::optional<int> take_offset_minutes(std::string_view& text) {
  while (take(text, " ")) {
  }
  if (text.empty() || take(text, "Z") || take(text, "UTC")) return 0;
  const int sign = text[0] == '+' ? 1 : text[0] == '-' ? -1 : 0;
  if (sign == 0) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  take(text, ":");
  const auto minutes = text.empty() ? std::optional<int>(0) : take_digits(text, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  take(text, " UTC");
  return sign * (*hours * 60 + *minutes);
}

}  // namespace

std::optional<TimestampUnit> timestamp_unit(const parquet::ColumnDescriptor& column) {
  if (column.physical_type() != parquet::Type::INT64) return std::nullopt;
  const auto& logical = column.logical_type();
  if (logical == nullptr || !logical->is_timestamp()) return std::nullopt;
  switch (static_cast<const parquet::TimestampLogicalType&>(*logical).time_unit()) {
    case parquet::LogicalType::TimeUnit::MILLIS: return TimestampUnit::kMilliseconds;
    case parquet::LogicalType::TimeUnit::MICROS: return TimestampUnit::kMicroseconds;
    case parquet::LogicalType::TimeUnit::NANOS: return TimestampUnit::kNanoseconds;
    default: return std::nullopt;
  }
}

std::int64_t to_ms(std::int64_t value, TimestampUnit unit) {
  switch (unit) {
    case TimestampUnit::kMilliseconds: return value;
    case TimestampUnit::kMicroseconds: return floor_div(value, 1000);
    case TimestampUnit::kNanoseconds: return floor_div(value, 1'000'000);
  }
  return value;
}

std::int64_t to_ms(const parquet::Int96& value) {
  constexpr std::int64_t kJulianDayOfEpoch = 2'440'588;
  const std::int64_t nanoseconds_of_day = static_cast<std::int64_t>(value.value[1]) << 32 | value.value[0];
  const std::int64_t julian_day = value.value[2];
  return (julian_day - kJulianDayOfEpoch) * kMillisecondsPerDay + floor_div(nanoseconds_of_day, 1'000'000);
}

std::optional<std::int64_t> parse_timestamp_ms(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const auto day = parse_day(text.substr(0, 10));
  if (!day) return std::nullopt;
  text.remove_prefix(10);
  const std::int64_t midnight_ms = static_cast<std::int64_t>(day->number) * kMillisecondsPerDay;
  if (text.empty()) return midnight_ms;
  if (!take(text, " ") && !take(text, "T")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || !take(text, ":")) return std::nullopt;
  const auto seconds = take_digits(text, 2);
  if (!seconds || *hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
  const auto fraction_ms = take_fraction_ms(text);
  const auto offset_minutes = take_offset_minutes(text);
  if (!fraction_ms || !offset_minutes || !text.empty()) return std::nullopt;
  return midnight_ms + ((*hours * 60LL + *minutes - *offset_minutes) * 60 + *seconds) * 1000 + *fraction_ms;
}

}  // namespace costmill
