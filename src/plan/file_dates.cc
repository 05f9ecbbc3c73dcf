#include "plan/file_dates.h"

#include <fmt/format.h>

namespace costmill {

std::optional<Day> date_in_path(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (std::size_t at = 0; at + 10 <= name.size(); ++at) {
    if (const auto day = parse_day(name.substr(at, 10))) return day;
  }
  const auto value_of = [&](std::string_view key) {
    const std::size_t at = path.find(key);
    return at == std::string_view::npos ? std::string_view{}
                                        : path.substr(at + key.size(), path.find('/', at + key.size()) - at - key.size());
  };
  return parse_day(fmt::format("{}-{}-{:0>2}", value_of("year="), value_of("month="), value_of("day=")));
}

void FileDates::observe(std::string_view path, const RowGroupInfo& info) {
  const auto date = date_in_path(path);
  if (!date || info.rows == 0) return;
  const bool agrees = info.times && info.times->days().first == *date && info.times->days().last == *date;
  (agrees ? confirmed_ : refuted_) = true;
}

std::vector<Day> FileDates::days_of(std::string_view path, const DateRange& piece) const {
  const auto date = date_in_path(path);
  if (date && confirmed_ && !refuted_) {
    return piece.from <= *date && *date <= piece.to ? std::vector{*date} : std::vector<Day>{};
  }
  std::vector<Day> all;
  for (Day day = piece.from; day <= piece.to; day = day.next()) all.push_back(day);
  return all;
}

}  // namespace costmill
