// One row group, decoded chunk by chunk.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scan/chunk.h"
#include "scan/column_readers.h"
#include "scan/number_bounds.h"
#include "scan/parquet_file.h"

namespace costmill {

struct ScanOptions {
  std::size_t chunk_rows = 16 * 1024;
  TextCoding coding = TextCoding::kDictionaryCodes;
  arrow::MemoryPool* pool = arrow::default_memory_pool();  // of working memory
  bool only_wanted_columns = true;                         // false: the other columns are decoded too and thrown away
};

// Decoding batches of 4k rows leave the second-level cache to the totals of a day's groups; larger ones cost a tenth more, smaller
// ones calls.
inline constexpr std::size_t kDecodeBatchRows = 4 * 1024;

// Wanted columns that the file lacks read NULL. Not thread-safe; `texts` takes the codes of every text met.
class RowGroupScan {
 public:
  RowGroupScan(std::shared_ptr<parquet::ParquetFileReader> reader, std::string file, int row_group, Table table, WantedColumns wanted,
               const ScanOptions& options, Texts& texts);

  // Fills the next chunk; false at the end. Errors: kCorrupt, kBadInput, kNoMemory.
  bool next(Chunk& chunk);

 private:
  void decode(std::size_t rows, Chunk& chunk);
  void finish();
  ColumnSource source_of(int column, std::string_view name);

  std::shared_ptr<parquet::ParquetFileReader> reader_;
  std::string file_;
  int row_group_;
  ScanOptions options_;
  std::shared_ptr<parquet::RowGroupReader> group_;
  std::uint64_t first_row_ = 0;
  std::size_t rows_left_ = 0;
  WantedColumns wanted_;
  std::string_view decoding_;  // column at work, for messages
  std::unique_ptr<TimeReader> interval_start_;
  std::vector<std::unique_ptr<TextReader>> texts_;  // null: not wanted, not in the file, or only NULLs
  std::vector<std::unique_ptr<NumberReader>> numbers_;
  std::vector<std::optional<NumberBounds>> bounds_;  // by the same position
  std::vector<std::unique_ptr<DiscardingReader>> discarded_;
  const TableSchema& schema_;
};

// Indices of the columns that a scan of `wanted` reads in this file.
std::vector<int> column_indices(const parquet::SchemaDescriptor& file_schema, Table table, WantedColumns wanted, bool only_wanted_columns);

}  // namespace costmill
