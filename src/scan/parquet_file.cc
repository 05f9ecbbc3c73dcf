#include "scan/parquet_file.h"

#include <fmt/format.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "catalog/read_error.h"
#include "memory/heap.h"
#include "scan/chunk.h"
#include "scan/footer_bytes.h"
#include "scan/footer_check.h"
#include "scan/timestamps.h"

namespace costmill {
namespace {

std::optional<TimeSpan> time_span(const parquet::ColumnChunkMetaData& chunk, const parquet::ColumnDescriptor& column) {
  const auto statistics = chunk.statistics();
  if (!chunk.is_stats_set() || statistics == nullptr || !statistics->HasMinMax()) return std::nullopt;
  if (statistics->physical_type() != parquet::Type::INT64) return std::nullopt;
  const auto unit = timestamp_unit(column);
  if (!unit) return std::nullopt;
  const auto& typed = static_cast<const parquet::Int64Statistics&>(*statistics);
  const TimeSpan span{to_ms(typed.min(), *unit), to_ms(typed.max(), *unit)};
  if (span.last_ms < span.first_ms) return std::nullopt;  // damaged, so they say nothing
  return span;
}

// The footer's bytes, in the form of the file: footer, size of the footer, magic number. What is fetched for it is held for the reader.
std::shared_ptr<arrow::Buffer> footer_bytes(OpenedFile& source, const StoredFile& file, std::int64_t tail_bytes) {
  constexpr std::int64_t kTrailerBytes = 8;
  const auto file_bytes = static_cast<std::int64_t>(file.bytes);
  if (file_bytes < kTrailerBytes) throw parquet::ParquetException(fmt::format("{} bytes are too few", file_bytes));
  const auto read = [&](std::int64_t begin, std::int64_t bytes) {
    PARQUET_THROW_NOT_OK(source.fetch({{begin, bytes}}));
    PARQUET_ASSIGN_OR_THROW(auto fetched, source.ReadAt(begin, bytes));
    return fetched;
  };
  const std::int64_t tail = std::clamp(tail_bytes, kTrailerBytes, file_bytes);
  const auto trailer = arrow::SliceBuffer(read(file_bytes - tail, tail), tail - kTrailerBytes);
  const std::string_view magic(reinterpret_cast<const char*>(trailer->data()) + 4, 4);
  if (magic == "PARE") throw_encrypted(file.path);
  if (magic != "PAR1") throw parquet::ParquetException("it does not end as Parquet does");
  std::uint32_t size = 0;
  std::memcpy(&size, trailer->data(), sizeof size);
  if (size > file_bytes - kTrailerBytes) {
    throw parquet::ParquetException(fmt::format("a footer of {} bytes is said to be in a file of {}", size, file_bytes));
  }
  return read(file_bytes - kTrailerBytes - size, size);
}

// Before the reader builds structures of it, which lie in no pool.
void check_footer_fits(OpenedFile& source, const StoredFile& file, const ReadOptions& options) {
  const auto footer = footer_bytes(source, file, options.tail_bytes);
  const FooterShape shape = shape_of_footer({footer->data(), static_cast<std::size_t>(footer->size())});
  PARQUET_ASSIGN_OR_THROW(const auto room, arrow::AllocateBuffer(shape.memory_bytes(), options.pool));
}

// Arrow turns what is thrown within its reading of footers and page headers into errors of their content, with its text.
bool tells_of_memory(std::string_view text) {
  return text.find(std::bad_alloc().what()) != std::string_view::npos || text.find(OverMemoryLimit::kNamed) != std::string_view::npos;
}

}  // namespace

ErrorCode error_code_of(const arrow::Status& status) {
  if (status.IsOutOfMemory()) return ErrorCode::kNoMemory;
  return status.IsIOError() ? ErrorCode::kInputUnavailable : ErrorCode::kCorrupt;
}

void rethrow_parquet_error(const std::string& file, std::string_view what, std::string_view column) {
  const auto failure = [&](ErrorCode code, std::string_view detail) {
    const std::string_view advice = code == ErrorCode::kNoMemory
                                        ? "raise the limit, or lower performance.max_workers and performance.parallel_readers"
                                    : code == ErrorCode::kCorrupt ? "write or upload the file again"
                                                                  : "check that the storage answers";
    const std::string in_column = column.empty() ? "" : fmt::format(", column {}", column);
    return Error(code, fmt::format("{}{}: {}: {}; {}", file, in_column, what, detail, advice),
                 {.file = file, .column = std::string(column)});
  };
  try {
    throw;
  } catch (const Error& error) {
    // Our own tables know no files.
    if (error.code() == ErrorCode::kNoMemory && error.place().file.empty()) {
      throw Error(ErrorCode::kNoMemory, fmt::format("{}: {}: {}", file, what, error.what()), {.file = file, .column = std::string(column)});
    }
    throw;
  } catch (const parquet::ParquetStatusException& error) {
    if (const Error* const of_store = error_in(error.status())) throw Error(*of_store);
    // A footer or page that is cut off shows up as a short read, which is the file's fault, not the storage's.
    const bool no_memory = error.status().IsOutOfMemory() || tells_of_memory(error.status().message());
    const ErrorCode code = no_memory ? ErrorCode::kNoMemory : ErrorCode::kCorrupt;
    throw failure(code, error.status().message());
  } catch (const std::bad_alloc& error) {
    throw no_memory(fmt::format("{}{}: {}", file, column.empty() ? "" : fmt::format(", column {}", column), what), error);
  } catch (const std::exception& error) {
    throw failure(tells_of_memory(error.what()) ? ErrorCode::kNoMemory : ErrorCode::kCorrupt, error.what());
  }
}

std::unique_ptr<parquet::ParquetFileReader> open_parquet(Store& store, const StoredFile& file, const ReadOptions& options,
                                                         std::shared_ptr<parquet::FileMetaData> metadata) {
  return open_parquet(store.open(file, options.pool), file, options, std::move(metadata));
}

std::unique_ptr<parquet::ParquetFileReader> open_parquet(std::shared_ptr<OpenedFile> source, const StoredFile& file,
                                                         const ReadOptions& options, std::shared_ptr<parquet::FileMetaData> metadata) {
  if (file.bytes == 0) {
    throw Error(ErrorCode::kCorrupt, fmt::format("{} is empty (0 bytes), so it is no Parquet file; write or upload it again", file.path),
                {.file = file.path});
  }
  try {
    const bool is_known = metadata != nullptr;
    if (!is_known) check_footer_fits(*source, file, options);
    parquet::ReaderProperties properties(options.pool);
    properties.set_page_checksum_verification(true);
    properties.set_footer_read_size(static_cast<std::size_t>(options.tail_bytes));
    // No list or text can be longer than the file that it stands in, be it in the footer or in the header of a page.
    const auto most = static_cast<std::int32_t>(std::min<std::uint64_t>(file.bytes, std::numeric_limits<std::int32_t>::max()));
    properties.set_thrift_container_size_limit(std::min(most, properties.thrift_container_size_limit()));
    properties.set_thrift_string_size_limit(std::min(most, properties.thrift_string_size_limit()));
    if (options.stream_bytes > 0) {
      properties.enable_buffered_stream();
      properties.set_buffer_size(options.stream_bytes);
    }
    auto reader = parquet::ParquetFileReader::Open(std::move(source), properties, std::move(metadata));
    if (!is_known) check_metadata(*reader->metadata(), file.path, static_cast<std::int64_t>(file.bytes));
    return reader;
  } catch (...) {
    rethrow_parquet_error(file.path, "cannot be read as Parquet");
  }
}

RowGroupInfo row_group_info(const parquet::FileMetaData& metadata, int row_group, const std::string& file) {
  try {
    const auto group = metadata.RowGroup(row_group);
    RowGroupInfo info{.rows = group->num_rows(), .compressed_bytes = group->total_compressed_size(), .times = std::nullopt};
    const int interval_start = column_index(*metadata.schema(), kIntervalStart);
    if (interval_start >= 0) info.times = time_span(*group->ColumnChunk(interval_start), *metadata.schema()->Column(interval_start));
    return info;
  } catch (...) {
    rethrow_parquet_error(file, fmt::format("row group {} cannot be read", row_group));
  }
}

int column_index(const parquet::SchemaDescriptor& schema, std::string_view name) {
  for (int i = 0; i < schema.num_columns(); ++i) {
    if (schema.GetColumnRoot(i)->name() == name) return i;
  }
  return -1;
}

}  // namespace costmill
