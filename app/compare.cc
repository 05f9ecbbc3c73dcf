#include "sink/compare.h"

#include <fmt/format.h>

#include <limits>

#include "commands.h"
#include "config/resolve.h"
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

}  // namespace

int compare(const Arguments& arguments) {
  check_sink_uri(arguments.left, "left");
  check_sink_uri(arguments.right, "right");
  const auto left = open_sink_reader(arguments.left);
  const auto right = open_sink_reader(arguments.right);
  const CompareResult result =
      compare_sinks(*left, *right,
                    {.relative_tolerance = arguments.tolerance,
                     .max_differences = arguments.limit == 0 ? std::numeric_limits<std::size_t>::max() : arguments.limit});
  print_result(result);
  return result.equal() ? 0 : 1;
}

}  // namespace costmill::app
