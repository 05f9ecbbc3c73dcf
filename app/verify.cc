#include "run/verify.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.h"
#include "differences.h"
#include "events.h"
#include "signals.h"
#include "terminal.h"

namespace costmill::app {
namespace {

void print_report(const VerifyReport& report) {
  for (const Difference& difference : report.rows.differences) say(stdout, "{}\n", described(difference, "expected", "stored"));
  const std::uint64_t all = report.rows.differing_rows + report.rows.only_left + report.rows.only_right;
  if (all > report.rows.differences.size()) say(stdout, "... and {} more; --limit 0 shows all\n", all - report.rows.differences.size());
  for (const StoredKey& key : report.other_digests)
    say(stdout, "digest      {} {}: the rows made again have another digest than the record\n", to_string(key.day), key.source_uuid);
  for (const StaleDay& day : report.stale) {
    say(stdout, "not looked at: {} {}: {}\n", to_string(day.day), day.source_uuid, fmt::format("{}", fmt::join(day.reasons, "; ")));
  }
  say(stdout, "{}: {} days made again, {} rows; {} equal, {} differ, {} missing in the sink, {} only there; {} days not looked at\n",
      report.equal() ? "verified" : "different", report.days, report.rows.rows_left, report.rows.equal_rows, report.rows.differing_rows,
      report.rows.only_left, report.rows.only_right, report.stale.size());
}

}  // namespace

int verify(const Arguments& arguments) {
  const auto config = prepare_config(arguments);
  if (!config) return 0;
  ProgressDisplay display(config->run.progress);
  const VerifyReport report = costmill::verify(*config, {.sample = arguments.sample, .max_differences = most_differences(arguments)},
                                               events_to(display), stop_requested());
  display.clear();
  print_report(report);
  return report.equal() ? 0 : 1;
}

}  // namespace costmill::app
