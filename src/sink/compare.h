// Where two sinks differ, row by row: for migrations, and for `compare` and `verify`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sink/sink.h"

namespace costmill {

struct CompareOptions {
  // 0: numbers are equal exactly. Else |left - right| <= max(relative_tolerance * max(|left|, |right|), 2e-15) is equal:
  // two places of the decimals that are stored.
  double relative_tolerance = 0;
  std::size_t max_differences = 20;  // Difference entries kept; all are counted
};

enum class DifferenceKind { kOnlyLeft, kOnlyRight, kNumber };
std::string_view name_of(DifferenceKind kind);  // "only_left", ...

struct Difference {
  Day day;
  std::string source_uuid;
  DifferenceKind kind = DifferenceKind::kNumber;
  std::string row;     // for people, e.g. "Pod, namespace database, node worker-1"
  std::string column;  // kNumber: the first that differs
  std::string left;    // kNumber; NULL as \N
  std::string right;
};

struct CompareResult {
  std::uint64_t rows_left = 0;
  std::uint64_t rows_right = 0;
  std::uint64_t equal_rows = 0;
  std::uint64_t differing_rows = 0;  // pairs with the same texts, but different numbers
  std::uint64_t only_left = 0;
  std::uint64_t only_right = 0;
  double largest_relative_difference = 0;  // of all pairs, tolerated ones too
  std::vector<Difference> differences;

  bool equal() const { return differing_rows == 0 && only_left == 0 && only_right == 0; }
};

// Day by day: memory holds one day of each side. Rows are paired by their text, JSON, date and integer cells (JSON by content),
// whatever their order.
CompareResult compare_sinks(SinkReader& left, SinkReader& right, const CompareOptions& options);

// The rows of one day.
CompareResult compare_day(const StoredKey& key, std::vector<StoredRow> left, std::vector<StoredRow> right, const CompareOptions& options);

}  // namespace costmill
