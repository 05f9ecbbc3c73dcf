#include "costmill/memory_tools.h"

#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/memory_pool.h>
#include <arrow/table.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <thread>

#include "costmill/error.h"
#include "memory/mebibytes.h"

namespace costmill {
namespace {

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
                       mib_of(optimized.initial_bytes), mib_of(optimized.final_bytes), optimized.reduction_percent));
  return optimized;
}

void keep_freed_memory() {
  constexpr int kMiB = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, 32 * kMiB);
  mallopt(M_TRIM_THRESHOLD, 64 * kMiB);
  // An arena a core: one a thread would keep what each reader held at its most.
  mallopt(M_ARENA_MAX, static_cast<int>(std::max(2U, std::thread::hardware_concurrency())));
}

std::int64_t cleanup_memory(const MemoryLog& log) {
  const std::int64_t before = memory_usage().resident_bytes;
  arrow::default_memory_pool()->ReleaseUnused();
  malloc_trim(0);
  const std::int64_t freed = std::max<std::int64_t>(0, before - memory_usage().resident_bytes);
  say(log, fmt::format("memory cleanup: freed {:.1f} MiB", mib_of(freed)));
  return freed;
}

MemoryUsage log_memory_usage(std::string_view stage, const MemoryLog& log) {
  const MemoryUsage usage = memory_usage();
  say(log,
      fmt::format("memory usage: {}: memory={:.1f} MiB peak={:.1f} MiB", stage, mib_of(usage.resident_bytes), mib_of(usage.peak_bytes)));
  return usage;
}

MemoryUsage memory_usage() {
  constexpr std::string_view kResident = "VmRSS:";
  constexpr std::string_view kPeak = "VmHWM:";  // ru_maxrss would begin with that of whoever started this process
  MemoryUsage usage;
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    std::int64_t kib = 0;
    if (name == kResident && status >> kib) usage.resident_bytes = kib * 1024;
    if (name == kPeak && status >> kib) usage.peak_bytes = kib * 1024;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  usage.peak_bytes = std::max(usage.peak_bytes, usage.resident_bytes);
  return usage;
}

}  // namespace costmill
