#include "config/window.h"

#include <fmt/format.h>

#include "config/values.h"
#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

DateRange whole(Month month) { return {first_day(month), last_day(month)}; }

Day day_option(const std::string& text, std::string_view option) {
  const auto day = parse_day(text);
  if (!day) bad_config(fmt::format("{}: expected a date YYYY-MM-DD, found {}", option, as_shown(text)));
  return *day;
}

std::optional<Window> window_of_options(const CommandLine& command_line) {
  const auto& [from, to] = std::tie(command_line.from, command_line.to);
  if (command_line.month) {
    if (from || to) bad_config("--month and --from/--to exclude each other: give one of them");
    const auto month = parse_month(*command_line.month);
    if (!month) bad_config(fmt::format("--month: expected YYYY-MM, found {}", as_shown(*command_line.month)));
    return Window{whole(*month), "--month"};
  }
  if (!from && !to) return std::nullopt;
  if (!from) bad_config("--to without --from: give both, or --month");
  if (!to) bad_config("--from without --to: give both, or --month");
  const DateRange days{day_option(*from, "--from"), day_option(*to, "--to")};
  if (days.from > days.to) bad_config(fmt::format("--from {} is after --to {}", *from, *to));
  return Window{days, "--from/--to"};
}

// The keys as the cluster has them.
struct Keys {
  explicit Keys(const SettingSet& cluster)
      : set(cluster),
        year(cluster.integer("ocp.year")),
        month(cluster.integer("ocp.month")),
        start(cluster.day("ocp.start_date")),
        end(cluster.day("ocp.end_date")) {}

  std::string named(std::string_view dotted) const {
    return fmt::format("{} {} ({})", dotted, set.text(dotted).value_or(""), set.origin_of(dotted).describe());
  }
  std::optional<Month> whole_month() const {
    if (!year || !month) return std::nullopt;
    return Month{static_cast<int>(*year), static_cast<int>(*month)};
  }

  const SettingSet& set;
  std::optional<std::int64_t> year;
  std::optional<std::int64_t> month;
  std::optional<Day> start;
  std::optional<Day> end;
};

void check_inside(const Keys& keys, Day day, std::string_view date_key) {
  const Month month = month_of(day);
  const auto outside = [&](std::string_view key) {
    bad_config(fmt::format("{} lies outside {}: change one of them, or give --month or --from/--to, which replace all four keys",
                           keys.named(date_key), keys.named(key)));
  };
  if (keys.year && *keys.year != month.year) outside("ocp.year");
  if (keys.month && *keys.month != month.month) outside("ocp.month");
}

std::optional<Window> window_of_dates(const Keys& keys) {
  if (!keys.start && !keys.end) return std::nullopt;
  if (keys.start) check_inside(keys, *keys.start, "ocp.start_date");
  if (keys.end) check_inside(keys, *keys.end, "ocp.end_date");
  const auto month = keys.whole_month();
  if (!month && !(keys.start && keys.end)) {
    const bool has_start = keys.start.has_value();
    bad_config(fmt::format("{} without {}: set it, or ocp.year and ocp.month, or give --month or --from/--to",
                           keys.named(has_start ? "ocp.start_date" : "ocp.end_date"), has_start ? "ocp.end_date" : "ocp.start_date"));
  }
  const DateRange days{keys.start ? *keys.start : first_day(*month), keys.end ? *keys.end : last_day(*month)};
  if (days.from > days.to) bad_config(fmt::format("{} is after {}", keys.named("ocp.start_date"), keys.named("ocp.end_date")));
  return Window{days, keys.start && keys.end ? "ocp.start_date/end_date" : "ocp.start_date/end_date and ocp.year/month"};
}

}  // namespace

std::optional<Window> resolve_window(const CommandLine& command_line, const SettingSet& cluster) {
  if (auto window = window_of_options(command_line)) return window;
  const Keys keys(cluster);
  if (auto window = window_of_dates(keys)) return window;
  if (const auto month = keys.whole_month()) return Window{whole(*month), "ocp.year/month"};
  if (keys.year) bad_config(fmt::format("{} without ocp.month: set it, or give --month or --from/--to", keys.named("ocp.year")));
  if (keys.month) bad_config(fmt::format("{} without ocp.year: set it, or give --month or --from/--to", keys.named("ocp.month")));
  return std::nullopt;
}

}  // namespace costmill
