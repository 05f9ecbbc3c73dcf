// Calendar days and months, UTC, proleptic Gregorian. No time zone or locale plays a part.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace costmill {

inline constexpr std::int64_t kMillisecondsPerDay = 86'400'000;

// Days since 1970-01-01.
struct Day {
  std::int32_t number = 0;

  auto operator<=>(const Day&) const = default;
  Day next() const { return {number + 1}; }
};

struct Month {
  int year = 1970;
  int month = 1;  // 1..12

  auto operator<=>(const Month&) const = default;
};

// The day that a timestamp lies in; floors, also before 1970. Nonsense beyond the range of Day stays outside of every calendar:
// it must not wrap around into a real day.
constexpr Day day_of_ms(std::int64_t ms) {
  constexpr std::int64_t kEarliest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kLatest = std::numeric_limits<std::int32_t>::max();
  const std::int64_t days = ms / kMillisecondsPerDay - (ms % kMillisecondsPerDay < 0 ? 1 : 0);
  return {static_cast<std::int32_t>(std::clamp(days, kEarliest, kLatest))};
}

Day make_day(int year, int month, int day_of_month);
Month month_of(Day day);
int day_of_month(Day day);
Day first_day(Month month);
Day last_day(Month month);
int days_in_month(Month month);

// Strict YYYY-MM-DD and YYYY-MM; nullopt if the text is anything else or no such day exists.
std::optional<Day> parse_day(std::string_view text);
std::optional<Month> parse_month(std::string_view text);

std::string to_string(Day day);      // YYYY-MM-DD
std::string to_string(Month month);  // YYYY-MM

}  // namespace costmill
