// The Config of a run in the words of the rooms that it drives.
#pragma once

#include <span>
#include <vector>

#include "config/config.h"
#include "memory/memory.h"
#include "plan/plan.h"
#include "run/month_run.h"
#include "run/run.h"
#include "sink/sink.h"

namespace costmill {

std::int64_t memory_limit_of(const Config& config);
// Of row groups that wait for a worker, under way or read.
std::int64_t read_ahead_bytes_of(const MemoryBudget& budget, const FetchCosts& costs);

// Of small files whose content is kept from planning until they are folded; all months that are planned share the room.
std::int64_t held_bytes_a_table_of(const MemoryBudget& budget, std::span<const std::vector<MonthPlan>> planned);

// `events` and `cancelled` must outlive what is made with them.
PlanOptions plan_options(const Config& config, std::int64_t held_bytes_a_table, arrow::MemoryPool* pool);
FoldOptions fold_options(const Config& config, const DateRange& days);
MonthRunOptions month_options(const Config& config, const MonthPlan& plan, std::int64_t read_ahead_bytes, arrow::MemoryPool* pool);
PostgresSettings run_settings(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled);
SinkOptions sink_options(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled, arrow::MemoryPool* pool);

}  // namespace costmill
