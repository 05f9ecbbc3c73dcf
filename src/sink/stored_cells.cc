#include "sink/stored_cells.h"

#include <fmt/format.h>

#include <charconv>

#include "costmill/error.h"

namespace costmill {
namespace {

constexpr auto kTextOrder = std::to_array<Column>(
    {Column::kUsageStart, Column::kDataSource, Column::kClusterId, Column::kClusterAlias, Column::kNamespace, Column::kNode,
     Column::kResourceId, Column::kPodLabels, Column::kPersistentvolumeclaim, Column::kPersistentvolume, Column::kStorageclass,
     Column::kVolumeLabels, Column::kAllLabels, Column::kSourceUuid, Column::kInfrastructureUsageCost});

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

}  // namespace costmill
