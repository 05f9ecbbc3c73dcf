#include "scan/footer_check.h"

#include <fmt/format.h>
#include <parquet/exception.h>
#include <parquet/schema.h>

#include <algorithm>
#include <vector>

#include "costmill/error.h"

namespace costmill {
namespace {

struct ByteRange {
  std::int64_t begin;
  std::int64_t end;
};

// Where the pages of a column lie. They begin with the dictionary, if there is one.
ByteRange pages_of(const parquet::ColumnChunkMetaData& chunk, const parquet::ColumnDescriptor& type, std::int64_t file_bytes) {
  std::int64_t begin = chunk.data_page_offset();
  if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0) begin = std::min(begin, chunk.dictionary_page_offset());
  const std::int64_t bytes = chunk.total_compressed_size();
  if (begin < 0 || bytes < 0 || chunk.total_uncompressed_size() < 0 || begin > file_bytes || bytes > file_bytes - begin) {
    throw parquet::ParquetException(fmt::format("column {} is said to lie in {} bytes from byte {} of a file of {}",
                                                type.path()->ToDotString(), bytes, begin, file_bytes));
  }
  return {begin, begin + bytes};
}

void check_column(const parquet::ColumnChunkMetaData& chunk, const parquet::ColumnDescriptor& type, std::int64_t rows,
                  const std::string& file) {
  const auto name = [&] { return type.path()->ToDotString(); };
  if (chunk.crypto_metadata() != nullptr) throw_encrypted(file);
  if (chunk.path_in_schema()->ToDotVector() != type.path()->ToDotVector()) {
    throw parquet::ParquetException(
        fmt::format("a column is {} in the schema and {} in a row group", name(), chunk.path_in_schema()->ToDotString()));
  }
  if (chunk.type() != type.physical_type()) throw parquet::ParquetException(fmt::format("column {} has two types", name()));
  const bool has_one_value_a_row = type.max_repetition_level() == 0;
  if (has_one_value_a_row ? chunk.num_values() != rows : chunk.num_values() < 0) {
    throw parquet::ParquetException(fmt::format("column {} has {} values in a row group of {} rows", name(), chunk.num_values(), rows));
  }
}

}  // namespace

void throw_encrypted(const std::string& file) {
  throw Error(ErrorCode::kBadInput, fmt::format("{} is encrypted, and encrypted Parquet is not read; write it without encryption", file),
              {.file = file});
}

void check_metadata(const parquet::FileMetaData& metadata, const std::string& file, std::int64_t file_bytes) {
  if (metadata.is_encryption_algorithm_set()) throw_encrypted(file);
  const parquet::SchemaDescriptor& schema = *metadata.schema();
  std::int64_t rows_left = metadata.num_rows();
  std::vector<ByteRange> ranges;
  for (int i = 0; i < metadata.num_row_groups(); ++i) {
    const auto group = metadata.RowGroup(i);
    const std::int64_t rows = group->num_rows();
    if (rows < 0 || rows > rows_left) throw parquet::ParquetException("the row groups have more rows than the file");
    rows_left -= rows;
    if (group->total_compressed_size() < 0 || group->total_compressed_size() > file_bytes) {
      throw parquet::ParquetException(
          fmt::format("row group {} has {} bytes in a file of {}", i, group->total_compressed_size(), file_bytes));
    }
    if (group->num_columns() != schema.num_columns()) {
      throw parquet::ParquetException(fmt::format("row group {} has {} columns of {}", i, group->num_columns(), schema.num_columns()));
    }
    for (int column = 0; column < schema.num_columns(); ++column) {
      const auto chunk = group->ColumnChunk(column);
      check_column(*chunk, *schema.Column(column), rows, file);
      // Writers leave offsets of columns without rows as they are.
      if (rows > 0) ranges.push_back(pages_of(*chunk, *schema.Column(column), file_bytes));
    }
  }
  if (rows_left != 0) throw parquet::ParquetException(fmt::format("the file is said to have {} rows more than its row groups", rows_left));
  std::erase_if(ranges, [](const ByteRange& range) { return range.begin == range.end; });
  std::sort(ranges.begin(), ranges.end(), [](const ByteRange& a, const ByteRange& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].begin < ranges[i - 1].end) {
      throw parquet::ParquetException(fmt::format("two columns are said to share byte {}", ranges[i].begin));
    }
  }
}

}  // namespace costmill
