#include "sink/compare.h"

#include <fmt/format.h>

#include "commands.h"
#include "config/resolve.h"
#include "config/secrets.h"
#include "costmill/error.h"
#include "differences.h"
#include "terminal.h"

namespace costmill::app {
namespace {

void print_result(const CompareResult& result) {
  for (const Difference& difference : result.differences) say(stdout, "{}\n", described(difference, "left", "right"));
  const std::uint64_t all = result.differing_rows + result.only_left + result.only_right;
  if (all > result.differences.size()) say(stdout, "... and {} more; --limit 0 shows all\n", all - result.differences.size());
  say(stdout, "{}: {} rows left, {} right; {} equal, {} differ, {} only left, {} only right; largest relative difference {:.3g}\n",
      result.equal() ? "equal" : "different", result.rows_left, result.rows_right, result.equal_rows, result.differing_rows,
      result.only_left, result.only_right, result.largest_relative_difference);
}

void check(const std::string& uri, const std::string& side) {
  if (holds_password(uri)) {
    throw Error(
        ErrorCode::kBadConfig,
        fmt::format("{}: {} holds a password, which a command line shows to every user of the machine: leave it out of the URI and set "
                    "COSTMILL_POSTGRESQL_PASSWORD or PGPASSWORD",
                    side, without_password(uri)));
  }
  check_sink_uri(uri, side);
}

}  // namespace

int compare(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return 0;
  check(arguments.left, "left");
  check(arguments.right, "right");
  const auto left = open_reader(arguments.left, *settings);
  const auto right = open_reader(arguments.right, *settings);
  const CompareResult result =
      compare_sinks(*left, *right, {.relative_tolerance = arguments.tolerance, .max_differences = most_differences(arguments)});
  print_result(result);
  return result.equal() ? 0 : 1;
}

}  // namespace costmill::app
