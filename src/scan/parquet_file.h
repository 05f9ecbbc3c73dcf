// One open Parquet file: its row groups, what their statistics say, and errors in our words.
#pragma once

#include <parquet/file_reader.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calendar/day.h"
#include "catalog/store.h"
#include "costmill/error.h"

namespace costmill {

struct ReadOptions {
  arrow::MemoryPool* pool = arrow::default_memory_pool();
  std::int64_t stream_bytes = 0;       // column chunks are read in pieces of this size; 0: whole
  std::int64_t tail_bytes = 64 << 10;  // of a file, read at once in the hope that its footer is in them
};

// Days of interval_start by the statistics, both inclusive.
struct DaySpan {
  Day first;
  Day last;
};

// The same, in milliseconds since 1970-01-01.
struct TimeSpan {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;

  DaySpan days() const { return {day_of_ms(first_ms), day_of_ms(last_ms)}; }
};

struct RowGroupInfo {
  std::int64_t rows = 0;
  std::int64_t compressed_bytes = 0;
  std::optional<TimeSpan> times;  // nullopt: no usable statistics
};

// Opens and checks the footer; `metadata`, if it is given, is the footer that an earlier opening of this version gave. Page indexes and
// Bloom filters are never read. Errors: kCorrupt (not Parquet, truncated, a footer that contradicts itself), kBadInput (encrypted),
// kNoMemory, and those of Store::open.
std::unique_ptr<parquet::ParquetFileReader> open_parquet(Store& store, const StoredFile& file, const ReadOptions& options,
                                                         std::shared_ptr<parquet::FileMetaData> metadata = nullptr);

// The same on what Store::open gave.
std::unique_ptr<parquet::ParquetFileReader> open_parquet(std::shared_ptr<OpenedFile> source, const StoredFile& file,
                                                         const ReadOptions& options, std::shared_ptr<parquet::FileMetaData> metadata);

RowGroupInfo row_group_info(const parquet::FileMetaData& metadata, int row_group, const std::string& file);

// Index of the top-level column of that name, -1 if there is none.
int column_index(const parquet::SchemaDescriptor& schema, std::string_view name);

// Turns whatever Parquet or Arrow threw into an Error that names file, row group and column. Call inside a catch block.
[[noreturn]] void rethrow_parquet_error(const std::string& file, std::string_view what, std::string_view column = {});

// kNoMemory for OutOfMemory, kInputUnavailable for I/O errors, kCorrupt for the rest.
ErrorCode error_code_of(const arrow::Status& status);

}  // namespace costmill
