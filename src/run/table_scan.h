// The rows of one table of a cluster, decoded into record batches and nothing else.
#pragma once

#include <arrow/type_fwd.h>

#include <atomic>
#include <deque>
#include <memory>
#include <optional>

#include "config/config.h"
#include "memory/memory.h"
#include "plan/window.h"
#include "run/clusters.h"
#include "scan/arrow_chunk.h"
#include "scan/row_group_scan.h"

namespace costmill {

// Of the config's one cluster and its window. Row groups whose statistics say that they hold no row of the window are not read. Not
// thread-safe.
class TableScan {
 public:
  // Lists files. `cancelled` outlives the scan. Errors as planning a run: kBadConfig, kBadInput, kInputUnavailable, kInputDenied.
  TableScan(const Config& config, const BatchColumns& columns, const std::atomic<bool>& cancelled);

  std::shared_ptr<arrow::Schema> schema() const { return schema_of(columns_); }

  // The next rows in order of file: at most performance.chunk_size; null at the end. Errors: kCorrupt, kBadInput, kNoMemory, kCancelled,
  // and those of reading.
  std::shared_ptr<arrow::RecordBatch> next();

 private:
  struct OpenFile {
    std::string path;
    DateRange days;
    std::shared_ptr<parquet::ParquetFileReader> reader;
    int next_row_group = 0;
  };
  struct FileToRead {
    StoredFile file;
    DateRange days;  // of its month that are in the window
  };

  bool fill();  // adds rows to what is pending; false at the end
  bool open_row_group();

  Config config_;
  BatchColumns columns_;
  const std::atomic<bool>& cancelled_;
  MemoryBudget budget_;
  CappedPool pool_;
  std::unique_ptr<Store> store_;
  std::deque<FileToRead> files_;
  std::optional<OpenFile> file_;
  std::unique_ptr<Texts> texts_;
  std::unique_ptr<RowGroupScan> row_group_;
  Chunk decoded_;
  Chunk pending_;
};

}  // namespace costmill
