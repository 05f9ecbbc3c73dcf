#include "scan/number_bounds.h"

#include <fmt/format.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <cmath>

#include "scan/vector_clones.h"

namespace costmill {
namespace {

// NaN lies nowhere.
COSTMILL_AVX2_CLONE bool all_between(const double* values, std::size_t count, double least, double largest) {
  std::uint64_t outside = 0;
  for (std::size_t i = 0; i < count; ++i) {
    outside |= static_cast<std::uint64_t>(!(values[i] >= least)) | static_cast<std::uint64_t>(!(values[i] <= largest));
  }
  return outside == 0;
}

}  // namespace

std::optional<NumberBounds> NumberBounds::of(const parquet::ColumnChunkMetaData& chunk) {
  if (chunk.type() != parquet::Type::DOUBLE || !chunk.is_stats_set()) return std::nullopt;
  const auto statistics = chunk.statistics();
  if (statistics == nullptr || !statistics->HasMinMax()) return std::nullopt;
  const auto& typed = static_cast<const parquet::DoubleStatistics&>(*statistics);
  // Bounds that are no numbers, or stand in the wrong order, bind nothing.
  if (!std::isfinite(typed.min()) || !std::isfinite(typed.max()) || typed.max() < typed.min()) return std::nullopt;
  return NumberBounds{
      .least = typed.min(), .largest = typed.max(), .no_nulls = statistics->HasNullCount() && statistics->null_count() == 0};
}

std::string NumberBounds::violation(NumberColumn& column) const {
  if (no_nulls && column.has_nulls) return "has a NULL, but its statistics say that there is none";
  // A NULL stands as 0.
  column.least = column.has_nulls ? std::min(least, 0.0) : least;
  column.largest = column.has_nulls ? std::max(largest, 0.0) : largest;
  if (!column.has_nulls && all_between(column.values.data(), column.values.size(), least, largest)) [[likely]]
    return {};
  for (std::size_t row = 0; row < column.values.size(); ++row) {
    const double value = column.values[row];
    if (!column.is_valid(row)) continue;
    if (value < least || largest < value) return fmt::format("has the value {}, but its statistics say {} to {}", value, least, largest);
    if (std::isnan(value)) column.forget_bounds();
  }
  return {};
}

}  // namespace costmill
