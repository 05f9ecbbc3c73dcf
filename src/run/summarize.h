// Days as Arrow in memory, instead of into a sink: of an input, or of record batches that the caller gives.
#pragma once

#include <arrow/type_fwd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "memory/memory.h"
#include "reference/reference_data.h"
#include "run/run.h"
#include "summary/fold.h"

namespace costmill {

// In canonical order: by cluster, day, then as docs/rules.md says.
struct Summary {
  std::shared_ptr<arrow::Schema> schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> days;  // one a (cluster, day) that has rows
  RunReport report;
};

// All days of the config's window; its sink is neither read nor written. What is returned lies in Arrow's default pool and is not held
// against performance.memory_limit. Errors as run().
Summary summarize(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled);

// Folds record batches of one cluster. Batches may come in any order and be cut in any way. Not thread-safe.
class Summarizer {
 public:
  // The config's one cluster (a UUID), window, reference data and switches; no input and no sink. Capacity comes from the hourly pods, or,
  // with run.layout poc, from the pods that are summed. Throws Error(kBadConfig), and those of reading reference data.
  explicit Summarizer(const Config& config);

  // Rows whose interval_start is outside the window are dropped. Throws Error: kBadInput, kNoMemory.
  void add(const arrow::RecordBatch& batch, Table table);

  // The days of the window so far, one batch each that has rows; more batches may follow. Throws Error: kBadInput, kNoMemory.
  std::vector<std::shared_ptr<arrow::RecordBatch>> finish() const;

  std::shared_ptr<arrow::Schema> schema() const;

 private:
  Summarizer(const Config& config, const ClusterConfig& cluster);

  Config config_;
  ClusterIdentity cluster_;
  DateRange window_;
  ReferenceData reference_;
  MemoryBudget budget_;
  MemoryShare memory_;
  Fold fold_;
  std::uint32_t batches_ = 0;
};

}  // namespace costmill
