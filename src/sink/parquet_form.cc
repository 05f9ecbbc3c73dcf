#include "sink/parquet_form.h"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/util/decimal.h>
#include <arrow/util/io_util.h>
#include <fmt/format.h>

#include <algorithm>

#include "costmill/error.h"
#include "sink/digest.h"
#include "sink/pending_file.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<arrow::DataType> decimal_type() { return arrow::decimal128(33, 15); }
std::shared_ptr<arrow::DataType> text_type() { return arrow::dictionary(arrow::int32(), arrow::utf8()); }

std::shared_ptr<arrow::DataType> type_of(ColumnKind kind, NumericOutput numeric) {
  switch (kind) {
    case ColumnKind::kNumber: return numeric == NumericOutput::kDecimal ? decimal_type() : arrow::float64();
    case ColumnKind::kInteger: return arrow::int32();
    case ColumnKind::kDate: return arrow::date32();
    case ColumnKind::kText:
    case ColumnKind::kJson:
    case ColumnKind::kUuid: break;
  }
  return text_type();
}

class ColumnWriter {
 public:
  ColumnWriter(const DayRows& day, std::size_t first, std::size_t count, NumericOutput numeric, arrow::MemoryPool* pool)
      : day_(day), first_(first), count_(count), numeric_(numeric), pool_(pool) {}

  std::shared_ptr<arrow::Array> uuids() const {
    constexpr std::size_t kUuidChars = std::tuple_size_v<UuidText>;
    const auto offsets = buffer((count_ + 1) * sizeof(std::int32_t));
    const auto chars = buffer(count_ * kUuidChars);
    auto* const offset = reinterpret_cast<std::int32_t*>(offsets->mutable_data());
    auto* const out = reinterpret_cast<char*>(chars->mutable_data());
    for (std::size_t i = 0; i < count_; ++i) {
      const UuidText text = uuid_chars(row_uuid(day_.cluster.source_uuid, day_.day, first_ + i));
      offset[i] = static_cast<std::int32_t>(i * kUuidChars);
      std::copy(text.begin(), text.end(), out + i * kUuidChars);
    }
    offset[count_] = static_cast<std::int32_t>(count_ * kUuidChars);
    return std::make_shared<arrow::StringArray>(static_cast<std::int64_t>(count_), offsets, chars);
  }

  std::shared_ptr<arrow::Array> column(Column column) const {
    switch (def_of(column).kind) {
      case ColumnKind::kNumber: return numeric_ == NumericOutput::kDecimal ? decimals(column) : doubles(column);
      case ColumnKind::kInteger: return column == Column::kCostCategoryId ? integers(column) : same_integer(column);
      case ColumnKind::kDate: return same_integer(column);
      default: break;
    }
    if (text_member(column) != nullptr) return interned_texts(text_member(column));
    return is_of_cluster(column) ? same_text(column) : few_texts(column);
  }

 private:
  // All rows of a day share it.
  static bool is_of_cluster(Column column) {
    return column == Column::kClusterId || column == Column::kClusterAlias || column == Column::kSourceUuid;
  }

  std::shared_ptr<arrow::Buffer> buffer(std::size_t bytes) const {
    auto buffer = arrow::AllocateBuffer(static_cast<std::int64_t>(bytes), pool_);
    check(buffer.status());
    return std::move(*buffer);
  }

  std::shared_ptr<arrow::Array> same_text(Column column) const {
    const auto indexes = buffer(count_ * sizeof(std::int32_t));
    std::fill_n(indexes->mutable_data(), indexes->size(), std::uint8_t{0});
    arrow::StringBuilder dictionary(pool_);
    check(dictionary.Append(cell_of(day_, SummaryRow(), column).text));
    auto array = arrow::DictionaryArray::FromArrays(std::make_shared<arrow::Int32Array>(static_cast<std::int64_t>(count_), indexes),
                                                    finish(dictionary));
    check(array.status());
    return *array;
  }

  std::shared_ptr<arrow::Array> same_integer(Column column) const {
    const Cell cell = cell_of(day_, SummaryRow(), column);
    const auto type = type_of(def_of(column).kind, numeric_);
    const auto count = static_cast<std::int64_t>(count_);
    if (cell.null) {
      auto array = arrow::MakeArrayOfNull(type, count, pool_);
      check(array.status());
      return *array;
    }
    const auto values = buffer(count_ * sizeof(std::int32_t));
    std::fill_n(reinterpret_cast<std::int32_t*>(values->mutable_data()), count_, cell.integer);
    return arrow::MakeArray(arrow::ArrayData::Make(type, count, {nullptr, values}, 0));
  }

  static void check(const arrow::Status& status) { check_arrow(status, "build rows for", "parquet"); }

  template <typename Builder>
  static std::shared_ptr<arrow::Array> finish(Builder& builder) {
    std::shared_ptr<arrow::Array> array;
    check(builder.Finish(&array));
    return array;
  }

  static std::shared_ptr<arrow::Array> finish(arrow::Int32Builder& indexes, arrow::StringBuilder& dictionary) {
    auto array = arrow::DictionaryArray::FromArrays(finish(indexes), finish(dictionary));
    check(array.status());
    return *array;
  }

  std::shared_ptr<arrow::Array> decimals(Column column) const {
    arrow::Decimal128Builder builder(decimal_type(), pool_);
    check(builder.Reserve(static_cast<std::int64_t>(count_)));
    const std::size_t index = kNumberIndexes[index_of(column)];
    for (std::size_t r = first_; r < first_ + count_; ++r) {
      const double number = day_.rows[r].numbers[index];
      if (is_null(number)) {
        builder.UnsafeAppendNull();
        continue;
      }
      const Decimal decimal = checked_decimal(number, column, day_.day);
      builder.UnsafeAppend(arrow::Decimal128(static_cast<std::int64_t>(decimal >> 64), static_cast<std::uint64_t>(decimal)));
    }
    return finish(builder);
  }

  std::shared_ptr<arrow::Array> doubles(Column column) const {
    arrow::DoubleBuilder builder(pool_);
    check(builder.Reserve(static_cast<std::int64_t>(count_)));
    const std::size_t index = kNumberIndexes[index_of(column)];
    for (std::size_t r = first_; r < first_ + count_; ++r) {
      const double number = day_.rows[r].numbers[index];
      if (is_null(number)) {
        builder.UnsafeAppendNull();
      } else {
        builder.UnsafeAppend(number);
      }
    }
    return finish(builder);
  }

  std::shared_ptr<arrow::Array> integers(Column column) const {
    arrow::Int32Builder builder(pool_);
    check(builder.Reserve(static_cast<std::int64_t>(count_)));
    for (std::size_t r = first_; r < first_ + count_; ++r) {
      const Cell cell = cell_of(day_, day_.rows[r], column);
      if (cell.null) {
        builder.UnsafeAppendNull();
      } else {
        builder.UnsafeAppend(cell.integer);
      }
    }
    return finish(builder);
  }

  std::shared_ptr<arrow::Array> interned_texts(TextId SummaryRow::*member) const {
    arrow::Int32Builder indexes(pool_);
    arrow::StringBuilder dictionary(pool_);
    check(indexes.Reserve(static_cast<std::int64_t>(count_)));
    std::vector<std::int32_t> index_of_text(day_.texts.size(), -1);
    std::int32_t distinct = 0;
    for (std::size_t r = first_; r < first_ + count_; ++r) {
      const TextId id = day_.rows[r].*member;
      if (id == kNullText) {
        indexes.UnsafeAppendNull();
        continue;
      }
      std::int32_t& index = index_of_text[id];
      if (index < 0) {
        index = distinct++;
        check(dictionary.Append(day_.texts[id]));
      }
      indexes.UnsafeAppend(index);
    }
    return finish(indexes, dictionary);
  }

  // Texts that all rows share, or that come from a short closed list.
  std::shared_ptr<arrow::Array> few_texts(Column column) const {
    arrow::Int32Builder indexes(pool_);
    arrow::StringBuilder dictionary(pool_);
    check(indexes.Reserve(static_cast<std::int64_t>(count_)));
    std::vector<std::string_view> distinct;
    for (std::size_t r = first_; r < first_ + count_; ++r) {
      const Cell cell = cell_of(day_, day_.rows[r], column);
      if (cell.null) {
        indexes.UnsafeAppendNull();
        continue;
      }
      std::size_t index = 0;
      while (index < distinct.size() && distinct[index] != cell.text) ++index;
      if (index == distinct.size()) {
        distinct.push_back(cell.text);
        check(dictionary.Append(cell.text));
      }
      indexes.UnsafeAppend(static_cast<std::int32_t>(index));
    }
    return finish(indexes, dictionary);
  }

  const DayRows& day_;
  std::size_t first_;
  std::size_t count_;
  NumericOutput numeric_;
  arrow::MemoryPool* pool_;
};

}  // namespace

fs::path parquet_table_folder(const fs::path& folder) { return folder / kSummaryTable; }

fs::path parquet_file_of(const fs::path& folder, const StoredKey& key) {
  return parquet_table_folder(folder) / fmt::format("{}{}", kSourcePrefix, key.source_uuid) /
         fmt::format("{}{}", to_string(key.day), kParquetSuffix);
}

fs::path parquet_empty_file(const fs::path& folder) { return parquet_table_folder(folder) / fmt::format("empty{}", kParquetSuffix); }

std::shared_ptr<arrow::Schema> parquet_schema(NumericOutput numeric) {
  arrow::FieldVector fields{arrow::field("uuid", arrow::utf8(), /*nullable=*/false)};
  for (const ColumnDef& column : kColumns) fields.push_back(arrow::field(std::string(column.name), type_of(column.kind, numeric)));
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::Table> parquet_rows(const DayRows& day, std::size_t first, std::size_t count, NumericOutput numeric,
                                           arrow::MemoryPool* pool) {
  const ColumnWriter writer(day, first, count, numeric, pool);
  std::vector<std::shared_ptr<arrow::Array>> columns{writer.uuids()};
  for (std::size_t c = 0; c < kColumns.size(); ++c) columns.push_back(writer.column(static_cast<Column>(c)));
  return arrow::Table::Make(parquet_schema(numeric), columns, static_cast<std::int64_t>(count));
}

void check_arrow(const arrow::Status& status, std::string_view action, const fs::path& path) {
  if (status.ok()) return;
  if (status.IsOutOfMemory()) {
    throw Error(ErrorCode::kNoMemory,
                fmt::format("cannot {} {}: {}; raise performance.memory_limit", action, path.string(), status.message()),
                {.file = path.string()});
  }
  const int error_number = arrow::internal::ErrnoFromStatus(status);
  if (error_number != 0) throw_file_error(action, path, error_number);
  throw Error(ErrorCode::kSinkUnavailable, fmt::format("cannot {} {}: {}; check the file", action, path.string(), status.message()),
              {.file = path.string()});
}

}  // namespace costmill
