#include "scan/column_types.h"

#include <fmt/format.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include "costmill/error.h"

namespace costmill {

void require_flat(const parquet::ColumnDescriptor& type, const ColumnPlace& place) {
  if (type.max_repetition_level() == 0 && type.path()->ToDotVector().size() == 1) return;
  throw Error(ErrorCode::kBadInput, fmt::format("{}, column {}: is nested; a plain column is needed", place.file, place.column),
              {.file = place.file, .column = place.column});
}

bool is_null_type(const parquet::ColumnDescriptor& type) { return type.logical_type() != nullptr && type.logical_type()->is_null(); }

void require_only_nulls(const ColumnSource& source) {
  const auto chunk = source.row_group.metadata()->ColumnChunk(source.column);
  const auto statistics = chunk->is_stats_set() ? chunk->statistics() : nullptr;
  if (statistics == nullptr || !statistics->HasNullCount() || statistics->null_count() == chunk->num_values()) return;
  throw_damaged(source.place,
                fmt::format("has {} NULLs in {} rows of a type that has no values", statistics->null_count(), chunk->num_values()));
}

bool is_text_type(const parquet::ColumnDescriptor& type) {
  if (type.physical_type() != parquet::Type::BYTE_ARRAY) return false;
  const auto& logical = type.logical_type();
  return logical == nullptr || logical->is_none() || logical->is_string() || logical->is_JSON() || logical->is_enum();
}

std::optional<int> decimal_scale(const parquet::ColumnDescriptor& type) {
  const auto& logical = type.logical_type();
  if (logical == nullptr || !logical->is_decimal()) return std::nullopt;
  return static_cast<const parquet::DecimalLogicalType&>(*logical).scale();
}

void throw_wrong_type(const parquet::ColumnDescriptor& type, std::string_view expected, const ColumnPlace& place) {
  const auto& logical = type.logical_type();
  const bool plain = logical == nullptr || logical->is_none();
  throw Error(ErrorCode::kBadInput,
              fmt::format("{}, column {}: expected {}, found {}{}; write the file with the right type", place.file, place.column, expected,
                          parquet::TypeToString(type.physical_type()), plain ? "" : " " + logical->ToString()),
              {.file = place.file, .column = place.column});
}

void throw_lossy_value(std::string_view value, std::string_view expected, const ColumnPlace& place) {
  throw Error(ErrorCode::kBadInput,
              fmt::format("{}, column {}: value {} in row group {} is no {} without loss; write the file with the right type", place.file,
                          place.column, value, place.row_group, expected),
              {.file = place.file, .column = place.column});
}

}  // namespace costmill
