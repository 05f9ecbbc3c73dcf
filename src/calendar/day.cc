#include "calendar/day.h"

#include <fmt/format.h>

namespace costmill {
namespace {

// Days from civil and back: https://howardhinnant.github.io/date_algorithms.html, eras of 400 years that start in March.
constexpr std::int32_t days_from_civil(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

struct Civil {
  int year;
  int month;
  int day;
};

constexpr Civil civil_from_days(std::int32_t number) {
  const std::int64_t shifted = std::int64_t{number} + 719468;  // also of days beyond every calendar
  const int era = static_cast<int>((shifted >= 0 ? shifted : shifted - 146096) / 146097);
  const int day_of_era = static_cast<int>(shifted - std::int64_t{era} * 146097);
  const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;
  const int day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// All characters are digits; no sign, no blank.
std::optional<int> parse_digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

Day make_day(int year, int month, int day_of_month) { return {days_from_civil(year, month, day_of_month)}; }

Month month_of(Day day) {
  const Civil civil = civil_from_days(day.number);
  return {civil.year, civil.month};
}

int day_of_month(Day day) { return civil_from_days(day.number).day; }

Day first_day(Month month) { return make_day(month.year, month.month, 1); }

Day last_day(Month month) {
  const Month next = month.month == 12 ? Month{month.year + 1, 1} : Month{month.year, month.month + 1};
  return {first_day(next).number - 1};
}

int days_in_month(Month month) { return last_day(month).number - first_day(month).number + 1; }

std::optional<Month> parse_month(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  const auto year = parse_digits(text.substr(0, 4));
  const auto month = parse_digits(text.substr(5));
  if (!year || !month || *year < 1 || *month < 1 || *month > 12) return std::nullopt;
  return Month{*year, *month};
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[7] != '-') return std::nullopt;
  const auto month = parse_month(text.substr(0, 7));
  const auto day = parse_digits(text.substr(8));
  if (!month || !day || *day < 1 || *day > days_in_month(*month)) return std::nullopt;
  return make_day(month->year, month->month, *day);
}

std::string to_string(Day day) {
  const Civil civil = civil_from_days(day.number);
  return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

std::string to_string(Month month) { return fmt::format("{:04}-{:02}", month.year, month.month); }

}  // namespace costmill
