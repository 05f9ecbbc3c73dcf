#include "run/prune.h"

#include <fmt/format.h>

#include <chrono>

#include "commands.h"
#include "config/resolve.h"
#include "costmill/error.h"
#include "signals.h"
#include "terminal.h"

namespace costmill::app {
namespace {

Month this_month() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return month_of(day_of_ms(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
}

Month months_earlier(Month month, std::int64_t count) {
  const std::int64_t months = month.year * 12LL + (month.month - 1) - count;
  return {static_cast<int>(months / 12), static_cast<int>(months % 12) + 1};
}

PruneSelection selection_of(const Arguments& arguments) {
  if (!arguments.config.cluster && !arguments.older_than_months) {
    throw Error(ErrorCode::kBadConfig, "what shall go? give --cluster UUID, --older-than MONTHS, or both; see costmill prune --help");
  }
  PruneSelection selection{.source_uuid = arguments.config.cluster, .before = std::nullopt};
  if (selection.source_uuid == "all") selection.source_uuid.reset();
  if (arguments.older_than_months) selection.before = months_earlier(this_month(), *arguments.older_than_months);
  return selection;
}

// A line a cluster and month.
void print_days(const std::vector<StoredKey>& days, bool dry_run) {
  for (std::size_t first = 0; first < days.size();) {
    std::size_t end = first;
    while (end < days.size() && days[end].source_uuid == days[first].source_uuid && month_of(days[end].day) == month_of(days[first].day))
      ++end;
    say(stdout, "{}  {}  {} days\n", days[first].source_uuid, to_string(month_of(days[first].day)), end - first);
    first = end;
  }
  say(stdout, "{} days {}\n", days.size(), dry_run ? "would be removed" : "removed");
}

}  // namespace

int prune(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return 0;
  const ResolvedUri sink = resolve_sink(*settings);
  check_sink_uri(sink.uri, sink.origin);
  const PruneSelection selection = selection_of(arguments);
  const std::vector<StoredKey> days = days_to_prune(*open_reader(sink.uri, *settings), selection);
  if (!arguments.dry_run && !days.empty()) {
    costmill::prune(*open_writer(sink.uri, *settings), days, stop_requested());
  }
  print_days(days, arguments.dry_run);
  return 0;
}

}  // namespace costmill::app
