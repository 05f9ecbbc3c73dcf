#include "scan/row_group_scan.h"

#include <algorithm>
#include <numeric>

namespace costmill {
namespace {

constexpr std::string_view kNotNeeded = "(not needed)";

}  // namespace

std::vector<int> column_indices(const parquet::SchemaDescriptor& file_schema, Table table, WantedColumns wanted, bool only_wanted_columns) {
  std::vector<int> indices;
  if (!only_wanted_columns) {
    indices.resize(static_cast<std::size_t>(file_schema.num_columns()));
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
  }
  const auto add = [&](std::string_view name) {
    const int index = column_index(file_schema, name);
    if (index >= 0) indices.push_back(index);
  };
  const TableSchema& schema = schema_of(table);
  add(kIntervalStart);
  for (std::size_t i = 0; i < schema.texts.size(); ++i) {
    if (wanted.text(i)) add(schema.texts[i].name);
  }
  for (std::size_t i = 0; i < schema.numbers.size(); ++i) {
    if (wanted.number(i)) add(schema.numbers[i].name);
  }
  return indices;
}

RowGroupScan::RowGroupScan(std::shared_ptr<parquet::ParquetFileReader> reader, std::string file, int row_group, Table table,
                           WantedColumns wanted, const ScanOptions& options, Texts& texts)
    : reader_(std::move(reader)),
      file_(std::move(file)),
      row_group_(row_group),
      options_(options),
      wanted_(wanted),
      schema_(schema_of(table)) {
  try {
    const auto metadata = reader_->metadata();
    const parquet::SchemaDescriptor& file_schema = *metadata->schema();
    group_ = reader_->RowGroup(row_group);
    const std::int64_t rows = metadata->RowGroup(row_group)->num_rows();
    if (rows < 0) throw parquet::ParquetException("negative row count");
    rows_left_ = static_cast<std::size_t>(rows);
    for (int i = 0; i < row_group; ++i) first_row_ += static_cast<std::uint64_t>(metadata->RowGroup(i)->num_rows());

    std::vector<bool> used(static_cast<std::size_t>(file_schema.num_columns()), false);
    const auto find = [&](std::string_view name) {
      decoding_ = name;
      const int index = column_index(file_schema, name);
      if (index >= 0) used[static_cast<std::size_t>(index)] = true;
      return index;
    };
    if (const int index = find(kIntervalStart); index >= 0) interval_start_ = make_time_reader(source_of(index, kIntervalStart));
    texts_.resize(schema_.texts.size());
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const int index = wanted.text(i) ? find(schema_.texts[i].name) : -1;
      const TextScope scope = wanted.only_known_text(i) ? TextScope::kKnown : TextScope::kAll;
      if (index >= 0) texts_[i] = make_text_reader(source_of(index, schema_.texts[i].name), options.coding, scope, texts);
    }
    numbers_.resize(schema_.numbers.size());
    bounds_.resize(numbers_.size());
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const int index = wanted.number(i) ? find(schema_.numbers[i].name) : -1;
      if (index < 0) continue;
      numbers_[i] = make_number_reader(source_of(index, schema_.numbers[i].name));
      bounds_[i] = NumberBounds::of(*metadata->RowGroup(row_group)->ColumnChunk(index));
    }
    for (std::size_t i = 0; !options.only_wanted_columns && i < used.size(); ++i) {
      if (used[i]) continue;
      const std::string name = file_schema.Column(static_cast<int>(i))->path()->ToDotString();
      decoding_ = kNotNeeded;
      if (auto discarding = make_discarding_reader(source_of(static_cast<int>(i), name))) discarded_.push_back(std::move(discarding));
    }
  } catch (...) {
    rethrow_parquet_error(file_, "cannot be decoded", decoding_);
  }
}

ColumnSource RowGroupScan::source_of(int column, std::string_view name) {
  return {.row_group = *group_, .column = column, .place = {file_, row_group_, std::string(name)}, .pool = options_.pool};
}

bool RowGroupScan::next(Chunk& chunk) {
  if (rows_left_ == 0) return false;
  const std::size_t rows = std::min({rows_left_, options_.chunk_rows, kDecodeBatchRows});
  try {
    decode(rows, chunk);
    if (rows == rows_left_) finish();
  } catch (...) {
    rethrow_parquet_error(file_, "cannot be decoded", decoding_);
  }
  chunk.rows = rows;
  chunk.first_row = first_row_;
  first_row_ += rows;
  rows_left_ -= rows;
  return true;
}

void RowGroupScan::finish() {
  decoding_ = kIntervalStart;
  if (interval_start_) interval_start_->finish();
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    decoding_ = schema_.texts[i].name;
    if (texts_[i]) texts_[i]->finish();
  }
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    decoding_ = schema_.numbers[i].name;
    if (numbers_[i]) numbers_[i]->finish();
  }
}

void RowGroupScan::decode(std::size_t rows, Chunk& chunk) {
  decoding_ = kIntervalStart;
  if (interval_start_) {
    interval_start_->read(rows, chunk.interval_start_ms);
  } else {
    chunk.interval_start_ms.assign(rows, kNullTime);
  }
  chunk.texts.resize(texts_.size());
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    decoding_ = schema_.texts[i].name;
    if (texts_[i]) {
      texts_[i]->read(rows, chunk.texts[i]);
    } else if (wanted_.text(i)) {
      chunk.texts[i].assign(rows, kNullText);
    } else {
      chunk.texts[i].clear();
    }
  }
  chunk.numbers.resize(numbers_.size());
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    decoding_ = schema_.numbers[i].name;
    NumberColumn& column = chunk.numbers[i];
    column.forget_bounds();
    if (numbers_[i]) {
      numbers_[i]->read(rows, column);
      const std::string violation = bounds_[i] ? bounds_[i]->violation(column) : std::string();
      if (!violation.empty()) throw_damaged({file_, row_group_, std::string(decoding_)}, violation);
      continue;
    }
    if (!wanted_.number(i)) continue;
    column.values.assign(rows, 0.0);
    column.valid.assign(rows, 0);
    column.has_nulls = true;
  }
  decoding_ = kNotNeeded;
  for (const auto& discarding : discarded_) discarding->read(rows);
}

}  // namespace costmill
