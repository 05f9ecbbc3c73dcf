// The memory utilities of the Optimization Guide, over Arrow tables: dictionary-code columns, give memory back, look at it.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costmill {

// Bytes resident now and at most so far, of this process.
struct MemoryUsage {
  std::int64_t resident_bytes = 0;
  std::int64_t peak_bytes = 0;
};

// Receives one line of text; empty: nothing is said.
using MemoryLog = std::function<void(const std::string&)>;

struct OptimizedTable {
  std::shared_ptr<arrow::Table> table;
  std::int64_t initial_bytes = 0;  // of the buffers that the table refers to
  std::int64_t final_bytes = 0;
  double reduction_percent = 0;
};

// Dictionary-codes the named columns (int32 codes, one dictionary a chunk); columns that are coded already stay as they are.
// Errors: kBadInput for a name that is no column or a type that has no dictionary form, kNoMemory.
OptimizedTable optimize_dataframe_memory(const std::shared_ptr<arrow::Table>& table, const std::vector<std::string>& categorical_columns,
                                         const MemoryLog& log = {});

// For a process of its own, before its first large allocation: freed blocks up to 32 MiB are used again instead of going to the system
// and coming back page by page, which costs several workers more than one.
void keep_freed_memory();

// Gives freed memory back to the system; returns the bytes by which the resident size fell (0 if it did not).
std::int64_t cleanup_memory(const MemoryLog& log = {});

// Says `memory usage: STAGE: memory=… peak=…` and returns what it said.
MemoryUsage log_memory_usage(std::string_view stage, const MemoryLog& log);

MemoryUsage memory_usage();

}  // namespace costmill
