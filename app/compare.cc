#include "sink/compare.h"

#include <fmt/format.h>

#include <limits>

#include "commands.h"
#include "config/resolve.h"
#include "config/secrets.h"
#include "costmill/error.h"
#include "terminal.h"

namespace costmill::app {
namespace {

std::string described(const Difference& difference) {
  const std::string row = fmt::format("{} {} {}", to_string(difference.day), difference.source_uuid, difference.row);
  switch (difference.kind) {
    case DifferenceKind::kOnlyLeft: return fmt::format("only left   {}", row);
    case DifferenceKind::kOnlyRight: return fmt::format("only right  {}", row);
    case DifferenceKind::kNumber:
      return fmt::format("differs     {}: {} is {} left, {} right", row, difference.column, difference.left, difference.right);
  }
  return row;
}

void print_result(const CompareResult& result) {
  for (const Difference& difference : result.differences) fmt::print("{}\n", printable(described(difference)));
  const std::uint64_t all = result.differing_rows + result.only_left + result.only_right;
  if (all > result.differences.size()) fmt::print("... and {} more; --limit 0 shows all\n", all - result.differences.size());
  fmt::print("{}: {} rows left, {} right; {} equal, {} differ, {} only left, {} only right; largest relative difference {:.3g}\n",
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
      compare_sinks(*left, *right,
                    {.relative_tolerance = arguments.tolerance,
                     .max_differences = arguments.limit == 0 ? std::numeric_limits<std::size_t>::max() : arguments.limit});
  print_result(result);
  return result.equal() ? 0 : 1;
}

}  // namespace costmill::app
