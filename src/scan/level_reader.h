// Reads a flat column of any physical type in batches and says where the NULLs are.
#pragma once

#include <fmt/format.h>
#include <parquet/column_reader.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "costmill/error.h"
#include "scan/column_readers.h"

namespace costmill {

[[noreturn]] inline void throw_missing_rows(const ColumnPlace& place) {
  throw Error(ErrorCode::kCorrupt,
              fmt::format("{}, column {}: row group {} ends before its last row; write or upload the file again", place.file, place.column,
                          place.row_group),
              {.file = place.file, .column = place.column});
}

// Collects exactly `rows` levels from `read_some(batch, levels, values)`, which returns (levels read, values read) and appends the
// values densely. Pages may end anywhere, so a batch may take several reads.
template <typename DType>
class LevelReader {
 public:
  using Value = typename DType::c_type;

  LevelReader(std::shared_ptr<parquet::ColumnReader> reader, ColumnPlace place)
      : reader_(std::static_pointer_cast<parquet::TypedColumnReader<DType>>(std::move(reader))),
        max_level_(reader_->descr()->max_definition_level()),
        place_(std::move(place)) {}

  // Reads at most `rows`, at least one row. Values lie densely in values(); is_valid(i) tells the NULLs apart.
  std::size_t read_some(std::size_t rows) {
    values_.resize(rows);
    levels_.resize(rows);
    std::int64_t values_read = 0;
    if (!reader_->HasNext()) throw_missing_rows(place_);
    const std::int64_t read = reader_->ReadBatch(static_cast<std::int64_t>(rows), levels_.data(), nullptr, values_.data(), &values_read);
    return accept(read, values_read);
  }

  // The same with codes of the dictionary instead of values; call it only on a reader that exposes its dictionary.
  std::size_t read_some_codes(std::size_t rows, std::vector<std::int32_t>& codes, const Value** dictionary, std::int32_t* dictionary_size) {
    codes.resize(rows);
    levels_.resize(rows);
    std::int64_t values_read = 0;
    if (!reader_->HasNext()) throw_missing_rows(place_);
    const std::int64_t read = reader_->ReadBatchWithDictionary(static_cast<std::int64_t>(rows), levels_.data(), nullptr, codes.data(),
                                                               &values_read, dictionary, dictionary_size);
    return accept(read, values_read);
  }

  std::size_t values_read() const { return values_read_; }
  bool has_nulls() const { return has_nulls_; }
  bool is_valid(std::size_t row) const { return !has_nulls_ || levels_[row] == max_level_; }
  const Value* values() const { return values_.data(); }
  const ColumnPlace& place() const { return place_; }

 private:
  std::size_t accept(std::int64_t levels_read, std::int64_t values_read) {
    // Without definition levels (REQUIRED columns) ReadBatch counts values.
    if (levels_read <= 0 || values_read < 0 || values_read > levels_read) throw_missing_rows(place_);
    values_read_ = static_cast<std::size_t>(values_read);
    has_nulls_ = values_read != levels_read;
    return static_cast<std::size_t>(levels_read);
  }

  std::shared_ptr<parquet::TypedColumnReader<DType>> reader_;
  std::int16_t max_level_;
  ColumnPlace place_;
  std::vector<Value> values_;
  std::vector<std::int16_t> levels_;
  std::size_t values_read_ = 0;
  bool has_nulls_ = false;
};

}  // namespace costmill
