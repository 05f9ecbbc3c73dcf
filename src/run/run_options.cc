#include "run/run_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmill/memory_tools.h"
#include "memory/container.h"
#include "run/postgres_settings.h"

namespace costmill {
namespace {

// Row groups read ahead take at most this share of the memory limit, as tables and decoding need the rest, and never more than the
// store needs to keep the workers busy.
constexpr std::int64_t kReadAheadShare = 8;
constexpr std::int64_t kHeldShare = 32;
constexpr std::int64_t kSqliteCacheShare = 16;
constexpr std::int64_t kMostHeldBytes = 16 << 20;

int workers_of(const Config& config) { return std::max(1, config.performance.max_workers); }

bool derives_roles(const Config& config) { return !config.run.reference; }

// Streaming bounds the read-ahead. `auto` streams what is both many rows and many bytes.
bool is_bounded(const Config& config, const MonthPlan& plan, std::int64_t read_ahead_bytes) {
  if (config.performance.use_streaming != Streaming::kAuto) return config.performance.use_streaming == Streaming::kOn;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  for (const DayGroup& group : plan.groups) {
    for (const PlannedRowGroup& row_group : group.row_groups) {
      rows += row_group.rows;
      bytes += row_group.compressed_bytes;
    }
  }
  return rows > config.performance.streaming_threshold_rows && bytes > read_ahead_bytes;
}

}  // namespace

std::int64_t memory_limit_of(const Config& config) {
  if (config.performance.memory_limit_bytes > 0) return config.performance.memory_limit_bytes;
  return memory_limit_within(machine_memory_bytes());
}

PlanOptions plan_options(const Config& config, std::int64_t held_bytes_a_table, arrow::MemoryPool* pool) {
  return {.pods = config.features.pod_aggregation,
          .storage = config.features.storage_aggregation,
          .derive_roles = derives_roles(config),
          .parallel_readers = config.performance.parallel_readers,
          .held_bytes_a_table = held_bytes_a_table,
          .read = {.pool = pool}};
}

std::int64_t read_ahead_bytes_of(const MemoryBudget& budget, const FetchCosts& costs) {
  return std::min(budget.limit_bytes() / kReadAheadShare, costs.read_ahead_bytes);
}

std::int64_t held_bytes_a_table_of(const MemoryBudget& budget, std::span<const std::vector<MonthPlan>> planned) {
  constexpr std::int64_t kTables = std::size(kAllTables);
  const std::int64_t most = std::min(budget.limit_bytes() / kHeldShare, kMostHeldBytes);
  std::int64_t room = most * kTables;
  for (const std::vector<MonthPlan>& months : planned) {
    for (const MonthPlan& month : months) {
      for (const PlannedFile& file : month.files) room -= file.content == nullptr ? 0 : static_cast<std::int64_t>(file.file.bytes);
    }
  }
  return std::max<std::int64_t>(0, room / kTables);
}

FoldOptions fold_options(const Config& config, const DateRange& days) {
  return {.first_day = days.from,
          .last_day = days.to,
          .left_out = {},
          .pods = config.features.pod_aggregation,
          .storage = config.features.storage_aggregation,
          .unallocated = config.features.unallocated_capacity,
          .cost_category = config.features.cost_category,
          .derive_roles = derives_roles(config)};
}

MonthRunOptions month_options(const Config& config, const MonthPlan& plan, std::int64_t read_ahead_bytes, arrow::MemoryPool* pool) {
  MonthRunOptions options;
  options.fold = fold_options(config, plan.piece.days);
  options.fold.left_out = plan.left_out;
  options.scan = {.chunk_rows = static_cast<std::size_t>(config.performance.chunk_size_rows),
                  .coding = config.performance.use_categorical ? TextCoding::kDictionaryCodes : TextCoding::kPlainText,
                  .pool = pool,
                  .only_wanted_columns = config.performance.column_filtering};
  options.read_ahead = {.readers = config.performance.parallel_readers,
                        .budget_bytes = read_ahead_bytes,
                        .bounded = is_bounded(config, plan, read_ahead_bytes),
                        .only_wanted_columns = config.performance.column_filtering,
                        .derive_roles = derives_roles(config),
                        .pool = pool};
  options.workers = workers_of(config);
  options.workers_share_days = config.performance.parallel_chunks;
  options.write_empty_days = config.run.full;
  options.keep_chunks = !config.performance.delete_intermediate_dfs;
  return options;
}

PostgresSettings run_settings(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled) {
  PostgresSettings settings = postgres_settings(config.postgres);
  settings.cancelled = &cancelled;
  if (config.logging.show_sql) {
    settings.on_sql = [&events](std::string_view sql, double seconds) {
      events.message(Severity::kInfo, fmt::format("sql ({:.4f} s): {}", seconds, sql));
    };
  }
  return settings;
}

SinkOptions sink_options(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled, arrow::MemoryPool* pool) {
  return {.commit = config.performance.incremental_db_writes ? Commit::kEachDay : Commit::kWholeRun,
          .numeric = config.run.numeric == Numeric::kDecimal ? NumericOutput::kDecimal : NumericOutput::kFloat64,
          .pool = pool,
          .sqlite_cache_bytes = std::min(SinkOptions{}.sqlite_cache_bytes, memory_limit_of(config) / kSqliteCacheShare),
          .postgres = {.settings = run_settings(config, events, cancelled),
                       .connections = config.postgres.connections,
                       .replaced = config.postgres.replace == Replace::kOwnRows ? ReplacedRows::kOwn : ReplacedRows::kKokus,
                       .bulk_copy = config.performance.use_bulk_copy,
                       .insert_rows = static_cast<std::size_t>(config.performance.db_batch_size_rows),
                       .validated_rows = config.validation.enabled ? static_cast<std::size_t>(config.validation.sample_size_rows) : 0,
                       .on_notice = [&events](const std::string& notice) { events.message(Severity::kWarning, notice); }}};
}

}  // namespace costmill
