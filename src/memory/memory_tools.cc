#include "costmill/memory_tools.h"

#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/memory_pool.h>
#include <arrow/table.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "costmill/error.h"

namespace costmill {
namespace {

double mib(std::int64_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

void say(const MemoryLog& log, const std::string& line) {
  if (log) log(line);
}

std::shared_ptr<arrow::ChunkedArray> dictionary_coded(const std::shared_ptr<arrow::ChunkedArray>& column, const std::string& name) {
  const auto coded = arrow::compute::DictionaryEncode(column);
  if (coded.ok()) return coded->chunked_array();
  const bool no_memory = coded.status().IsOutOfMemory();
  throw Error(
      no_memory ? ErrorCode::kNoMemory : ErrorCode::kBadInput,
      fmt::format("column {} of type {} cannot be dictionary-coded: {}", name, column->type()->ToString(), coded.status().message()),
      {.column = name});
}

}  // namespace

OptimizedTable optimize_dataframe_memory(const std::shared_ptr<arrow::Table>& table, const std::vector<std::string>& categorical_columns,
                                         const MemoryLog& log) {
  OptimizedTable optimized{.table = table, .initial_bytes = arrow::util::TotalBufferSize(*table)};
  for (const std::string& name : categorical_columns) {
    const int position = optimized.table->schema()->GetFieldIndex(name);
    if (position < 0) throw Error(ErrorCode::kBadInput, fmt::format("the table has no column {}, or several", name), {.column = name});
    const auto column = optimized.table->column(position);
    if (column->type()->id() == arrow::Type::DICTIONARY) continue;
    const auto coded = dictionary_coded(column, name);
    const auto field = optimized.table->field(position)->WithType(coded->type());
    optimized.table = optimized.table->SetColumn(position, field, coded).ValueOrDie();
  }
  optimized.final_bytes = arrow::util::TotalBufferSize(*optimized.table);
  if (optimized.initial_bytes > 0) {
    optimized.reduction_percent = 100.0 * (1.0 - static_cast<double>(optimized.final_bytes) / static_cast<double>(optimized.initial_bytes));
  }
  say(log, fmt::format("memory optimization complete: initial={:.1f} MiB final={:.1f} MiB reduction_percent={:.1f}",
                       mib(optimized.initial_bytes), mib(optimized.final_bytes), optimized.reduction_percent));
  return optimized;
}

void keep_freed_memory() {
  constexpr int kMiB = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, 32 * kMiB);
  mallopt(M_TRIM_THRESHOLD, 64 * kMiB);
}

std::int64_t cleanup_memory(const MemoryLog& log) {
  const std::int64_t before = memory_usage().resident_bytes;
  arrow::default_memory_pool()->ReleaseUnused();
  malloc_trim(0);
  const std::int64_t freed = std::max<std::int64_t>(0, before - memory_usage().resident_bytes);
  say(log, fmt::format("memory cleanup: freed {:.1f} MiB", mib(freed)));
  return freed;
}

MemoryUsage log_memory_usage(std::string_view stage, const MemoryLog& log) {
  const MemoryUsage usage = memory_usage();
  say(log, fmt::format("memory usage: {}: memory={:.1f} MiB peak={:.1f} MiB", stage, mib(usage.resident_bytes), mib(usage.peak_bytes)));
  return usage;
}

MemoryUsage memory_usage() {
  MemoryUsage usage;
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  std::ifstream statm("/proc/self/statm");
  if (statm >> total_pages >> resident_pages) usage.resident_bytes = resident_pages * sysconf(_SC_PAGESIZE);
  rusage self{};
  if (getrusage(RUSAGE_SELF, &self) == 0) usage.peak_bytes = static_cast<std::int64_t>(self.ru_maxrss) * 1024;
  usage.peak_bytes = std::max(usage.peak_bytes, usage.resident_bytes);
  return usage;
}

}  // namespace costmill
