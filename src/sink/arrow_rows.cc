#include "sink/arrow_rows.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include "memory/arrow_columns.h"
#include "sink/digest.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

constexpr const char* kUuid = "uuid";

std::shared_ptr<arrow::DataType> number_type(NumericOutput numeric) {
  return numeric == NumericOutput::kFloat64 ? arrow::float64() : arrow::decimal128(33, 15);
}

std::shared_ptr<arrow::DataType> coded_type_of(ColumnKind kind, NumericOutput numeric) {
  switch (kind) {
    case ColumnKind::kNumber: return number_type(numeric);
    case ColumnKind::kInteger: return arrow::int32();
    case ColumnKind::kDate: return arrow::date32();
    default: return coded_text();
  }
}

class DayColumns {
 public:
  DayColumns(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool) : day_(day), numeric_(numeric), pool_(pool) {}

  std::shared_ptr<arrow::Array> uuids() const {
    arrow::StringBuilder builder(pool_);
    const std::size_t rows = day_.rows.size();
    require_built(builder.Reserve(static_cast<std::int64_t>(rows)));
    require_built(builder.ReserveData(static_cast<std::int64_t>(rows * std::tuple_size_v<UuidText>)));
    RowUuids uuids(day_.cluster.source_uuid, day_.day);
    for (std::size_t row = 0; row < rows; ++row) {
      const UuidText text = uuid_chars(uuids(row));
      builder.UnsafeAppend(text.data(), static_cast<std::int32_t>(text.size()));
    }
    return built(builder);
  }

  std::shared_ptr<arrow::Array> column(Column column) const {
    switch (def_of(column).kind) {
      case ColumnKind::kNumber:
        if (numeric_ == NumericOutput::kFloat64)
          return filled(column, arrow::DoubleBuilder(pool_), [](const Cell& cell) { return cell.number; });
        return filled(column, arrow::Decimal128Builder(number_type(numeric_), pool_),
                      [&](const Cell& cell) { return decimal128(checked_decimal(cell.number, column, day_.day)); });
      case ColumnKind::kInteger: return filled(column, arrow::Int32Builder(pool_), [](const Cell& cell) { return cell.integer; });
      case ColumnKind::kDate: return filled(column, arrow::Date32Builder(pool_), [](const Cell& cell) { return cell.integer; });
      default: return texts(column);
    }
  }

 private:
  static arrow::Decimal128 decimal128(Decimal decimal) {
    return {static_cast<std::int64_t>(decimal >> 64), static_cast<std::uint64_t>(decimal)};
  }

  template <typename Builder, typename ValueOf>
  std::shared_ptr<arrow::Array> filled(Column column, Builder&& builder, ValueOf value_of) const {
    require_built(builder.Reserve(static_cast<std::int64_t>(day_.rows.size())));
    for (const SummaryRow& row : day_.rows) {
      const Cell cell = cell_of(day_, row, column);
      if (cell.null) {
        builder.UnsafeAppendNull();
      } else {
        builder.UnsafeAppend(value_of(cell));
      }
    }
    return built(builder);
  }

  // A text is where it lies: equal texts of a day are one text, so addresses tell them apart.
  std::shared_ptr<arrow::Array> texts(Column column) const {
    arrow::Int32Builder codes(pool_);
    arrow::StringBuilder dictionary(pool_);
    boost::unordered_flat_map<const char*, std::int32_t> known;
    require_built(codes.Reserve(static_cast<std::int64_t>(day_.rows.size())));
    for (const SummaryRow& row : day_.rows) {
      const Cell cell = cell_of(day_, row, column);
      if (cell.null) {
        codes.UnsafeAppendNull();
        continue;
      }
      const auto [entry, is_new] = known.try_emplace(cell.text.data(), static_cast<std::int32_t>(known.size()));
      if (is_new) require_built(dictionary.Append(cell.text));
      codes.UnsafeAppend(entry->second);
    }
    return built_texts(codes, dictionary);
  }

  const DayRows& day_;
  NumericOutput numeric_;
  arrow::MemoryPool* pool_;
};

}  // namespace

std::shared_ptr<arrow::Schema> arrow_schema(NumericOutput numeric) {
  arrow::FieldVector fields{arrow::field(kUuid, arrow::utf8(), false)};
  for (const ColumnDef& def : kColumns) fields.push_back(arrow::field(std::string(def.name), coded_type_of(def.kind, numeric)));
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::RecordBatch> record_batch_of(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool) {
  const DayColumns columns(day, numeric, pool);
  arrow::ArrayVector arrays{columns.uuids()};
  for (std::size_t c = 0; c < kColumns.size(); ++c) arrays.push_back(columns.column(static_cast<Column>(c)));
  return arrow::RecordBatch::Make(arrow_schema(numeric), static_cast<std::int64_t>(day.rows.size()), std::move(arrays));
}

}  // namespace costmill
