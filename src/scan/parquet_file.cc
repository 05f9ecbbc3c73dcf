#include "scan/parquet_file.h"

#include <fmt/format.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/statistics.h>

#include "scan/chunk.h"
#include "scan/timestamps.h"

namespace costmill {
namespace {

// A buffered stream holds this much of each column: large enough that a disk or a bucket is asked seldom, small enough that
// twenty columns on each of eight workers stay far below any sensible memory limit.
constexpr std::int64_t kStreamBufferBytes = 256 * 1024;

std::optional<DaySpan> day_span(const parquet::ColumnChunkMetaData& chunk, const parquet::ColumnDescriptor& column) {
  const auto statistics = chunk.statistics();
  if (!chunk.is_stats_set() || statistics == nullptr || !statistics->HasMinMax()) return std::nullopt;
  if (statistics->physical_type() != parquet::Type::INT64) return std::nullopt;
  const auto unit = timestamp_unit(column);
  if (!unit) return std::nullopt;
  const auto& typed = static_cast<const parquet::Int64Statistics&>(*statistics);
  const DaySpan span{day_of_ms(to_ms(typed.min(), *unit)), day_of_ms(to_ms(typed.max(), *unit))};
  if (span.last < span.first) return std::nullopt;  // damaged, so they say nothing
  return span;
}

}  // namespace

ErrorCode error_code_of(const arrow::Status& status) {
  if (status.IsOutOfMemory()) return ErrorCode::kNoMemory;
  return status.IsIOError() ? ErrorCode::kInputUnavailable : ErrorCode::kCorrupt;
}

void rethrow_parquet_error(const std::string& file, std::string_view what, std::string_view column) {
  const auto failure = [&](ErrorCode code, std::string_view detail) {
    const std::string_view advice = code == ErrorCode::kNoMemory  ? "raise performance.memory_limit or lower performance.max_workers"
                                    : code == ErrorCode::kCorrupt ? "write or upload the file again"
                                                                  : "check that the storage answers";
    const std::string in_column = column.empty() ? "" : fmt::format(", column {}", column);
    return Error(code, fmt::format("{}{}: {}: {}; {}", file, in_column, what, detail, advice),
                 {.file = file, .column = std::string(column)});
  };
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const parquet::ParquetStatusException& error) {
    // A footer or page that is cut off shows up as a short read, which is the file's fault, not the storage's.
    const ErrorCode code = error.status().IsOutOfMemory() ? ErrorCode::kNoMemory : ErrorCode::kCorrupt;
    throw failure(code, error.status().message());
  } catch (const std::bad_alloc&) {
    throw failure(ErrorCode::kNoMemory, "out of memory");
  } catch (const std::exception& error) {
    throw failure(ErrorCode::kCorrupt, error.what());
  }
}

std::unique_ptr<parquet::ParquetFileReader> open_parquet(Store& store, const StoredFile& file, const ReadOptions& options,
                                                         std::shared_ptr<parquet::FileMetaData> metadata) {
  if (file.bytes == 0) {
    throw Error(ErrorCode::kCorrupt, fmt::format("{} is empty (0 bytes), so it is no Parquet file; write or upload it again", file.path),
                {.file = file.path});
  }
  auto source = store.open(file, options.pool);
  try {
    parquet::ReaderProperties properties(options.pool);
    properties.set_page_checksum_verification(true);
    if (options.buffered_stream) {
      properties.enable_buffered_stream();
      properties.set_buffer_size(kStreamBufferBytes);
    }
    return parquet::ParquetFileReader::Open(std::move(source), properties, std::move(metadata));
  } catch (...) {
    rethrow_parquet_error(file.path, "cannot be read as Parquet");
  }
}

RowGroupInfo row_group_info(const parquet::FileMetaData& metadata, int row_group, const std::string& file) {
  try {
    const auto group = metadata.RowGroup(row_group);
    RowGroupInfo info{.rows = group->num_rows(), .compressed_bytes = group->total_compressed_size(), .days = std::nullopt};
    const int interval_start = column_index(*metadata.schema(), kIntervalStart);
    if (interval_start >= 0) info.days = day_span(*group->ColumnChunk(interval_start), *metadata.schema()->Column(interval_start));
    return info;
  } catch (...) {
    rethrow_parquet_error(file, fmt::format("row group {} cannot be read", row_group));
  }
}

int column_index(const parquet::SchemaDescriptor& schema, std::string_view name) {
  for (int i = 0; i < schema.num_columns(); ++i) {
    const auto* column = schema.Column(i);
    if (column->path()->ToDotVector().front() == name) return i;
  }
  return -1;
}

}  // namespace costmill
