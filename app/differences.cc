#include "differences.h"

#include <fmt/format.h>

#include <limits>

namespace costmill::app {

std::string described(const Difference& difference, std::string_view left, std::string_view right) {
  const std::string row = fmt::format("{} {} {}", to_string(difference.day), difference.source_uuid, difference.row);
  switch (difference.kind) {
    case DifferenceKind::kOnlyLeft: return fmt::format("{:<12}{}", fmt::format("only {}", left), row);
    case DifferenceKind::kOnlyRight: return fmt::format("{:<12}{}", fmt::format("only {}", right), row);
    case DifferenceKind::kNumber:
      return fmt::format("{:<12}{}: {} is {} {}, {} {}", "differs", row, difference.column, difference.left, left, difference.right, right);
  }
  return row;
}

std::size_t most_differences(const Arguments& arguments) {
  return arguments.limit == 0 ? std::numeric_limits<std::size_t>::max() : arguments.limit;
}

}  // namespace costmill::app
