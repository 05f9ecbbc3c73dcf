#include "sink/stored_cells.h"

#include <fmt/format.h>

#include <charconv>

#include "costmill/error.h"
#include "sink/json_text.h"

namespace costmill {
namespace {

constexpr auto kTextOrder = std::to_array<Column>(
    {Column::kUsageStart, Column::kDataSource, Column::kClusterId, Column::kClusterAlias, Column::kNamespace, Column::kNode,
     Column::kResourceId, Column::kPodLabels, Column::kPersistentvolumeclaim, Column::kPersistentvolume, Column::kStorageclass,
     Column::kVolumeLabels, Column::kAllLabels, Column::kSourceUuid, Column::kInfrastructureUsageCost});

// Most texts are what append_decimal writes; looking is cheaper than writing them again.
bool is_canonical_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > 18 || (whole.size() > 1 && whole[0] == '0')) return false;
  for (const char c : whole) {
    if (c < '0' || c > '9') return false;
  }
  if (point == std::string_view::npos) return !(negative && whole == "0");
  const std::string_view fraction = text.substr(point + 1);
  if (fraction.empty() || fraction.size() > 15 || fraction.back() == '0') return false;
  for (const char c : fraction) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

std::strong_ordering compare_numbers(const std::optional<std::string>& left, const std::optional<std::string>& right) {
  if (left == right) return std::strong_ordering::equal;
  if (!left || !right) return left.has_value() <=> right.has_value();
  const std::optional<Decimal> left_decimal = parse_decimal(*left);
  const std::optional<Decimal> right_decimal = parse_decimal(*right);
  if (!left_decimal || !right_decimal || *left_decimal == *right_decimal) return *left <=> *right;
  return *left_decimal < *right_decimal ? std::strong_ordering::less : std::strong_ordering::greater;
}

}  // namespace

std::strong_ordering compare_canonical(const StoredRow& left, const StoredRow& right) {
  for (const Column column : kTextOrder) {
    const auto order = left[index_of(column)] <=> right[index_of(column)];
    if (order != 0) return order;
  }
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (!is_numeric(kColumns[c].kind)) continue;
    const auto order = compare_numbers(left[c], right[c]);
    if (order != 0) return order;
  }
  return left[index_of(Column::kUsageEnd)] <=> right[index_of(Column::kUsageEnd)];
}

bool canonicalize_number(std::string& text) {
  if (is_canonical_decimal(text)) return true;
  std::optional<Decimal> decimal = parse_decimal(text);
  if (!decimal) {
    double number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size()) return false;
    decimal = to_decimal(number);
  }
  if (!decimal) return false;
  text.clear();
  append_decimal(text, *decimal);
  return true;
}

Decimal checked_decimal(double number, Column column, Day day) {
  const std::optional<Decimal> decimal = to_decimal(number);
  if (decimal) return *decimal;
  throw Error(ErrorCode::kBadInput,
              fmt::format("{} of {} is {}, which does not fit numeric(33,15); look for the line items that give such a sum",
                          def_of(column).name, to_string(day), number),
              {.column = std::string(def_of(column).name), .day = to_string(day)});
}

StoredRow stored_row(const DayRows& day, const SummaryRow& row) {
  StoredRow stored(kColumns.size());
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto column = static_cast<Column>(c);
    const Cell cell = cell_of(day, row, column);
    if (cell.null) continue;
    switch (kColumns[c].kind) {
      case ColumnKind::kNumber: append_decimal(stored[c].emplace(), checked_decimal(cell.number, column, day.day)); break;
      case ColumnKind::kInteger: stored[c] = std::to_string(cell.integer); break;
      case ColumnKind::kDate: stored[c] = to_string(Day{cell.integer}); break;
      case ColumnKind::kJson: stored[c] = canonical_json(cell.text); break;
      case ColumnKind::kText:
      case ColumnKind::kUuid: stored[c] = std::string(cell.text); break;
    }
  }
  return stored;
}

}  // namespace costmill
