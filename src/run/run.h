// The whole run: clusters, months, days; from an immutable Config to committed days and a report.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "changes/day_changes.h"
#include "config/config.h"
#include "costmill/error.h"
#include "costmill/memory_tools.h"
#include "plan/plan.h"
#include "sanity/day_sanity.h"
#include "sink/sink.h"
#include "summary/day_rows.h"

namespace costmill {

// Busy seconds of each phase, summed over threads; phases overlap, so they may add up to more than wall_seconds.
struct PhaseSeconds {
  double planning = 0;
  double reading = 0;
  double aggregation = 0;
  double writing = 0;
  double wall = 0;
};

struct DayReport {
  std::string source_uuid;
  Day day;
  std::uint64_t input_rows = 0;
  std::uint64_t output_rows = 0;
  std::string digest;  // of its record
};

struct DayFailure {
  std::string source_uuid;
  Day day;
  Error error;
};

// What the checks of docs/sanity.md found.
struct SanityReport {
  std::size_t days = 0;                               // with findings
  std::array<std::uint64_t, kSanityChecks> counts{};  // by check
};

struct RunReport {
  std::vector<DayReport> days;          // committed, with rows
  std::vector<DayFailure> failed_days;  // only with keep_going
  std::size_t days_unchanged = 0;       // and left alone
  std::size_t days_removed = 0;         // only with prune
  std::uint64_t input_rows = 0;
  std::uint64_t output_rows = 0;
  std::size_t files = 0;
  std::size_t files_without_rows = 0;
  std::uint64_t bytes_in_files = 0;
  std::int64_t bytes_fetched = 0;  // of them; what two reads share counts twice
  SanityReport sanity;
  PhaseSeconds seconds;
  SinkFigures sink;
  MemoryUsage memory;
};

// How far a run is. Rows count what has been folded so far.
struct RunProgress {
  std::size_t days_done = 0;
  std::size_t days = 0;
  std::uint64_t rows_done = 0;
  std::uint64_t rows = 0;
};

enum class Severity { kDebug, kInfo, kWarning };

// `message` and `progress` may be called from any thread, the others from the one that called run().
struct RunEvents {
  std::function<void(Severity, const std::string&)> message = [](Severity, const std::string&) {};
  // A day is finished, and the sink has it; it is visible when run() returns, or as the sink's promise says.
  std::function<void(const DayReport&)> day = [](const DayReport&) {};
  std::function<void(const RunProgress&)> progress = [](const RunProgress&) {};
  // At the four stages `start`, `after reading`, `after aggregation`, `after write`.
  std::function<void(const char* stage, const MemoryUsage&, double duration_seconds)> stage = [](const char*, const MemoryUsage&, double) {
  };
};

// Thread-safe and reentrant; `cancelled` may be set from a signal handler. Errors: every kind; days before the first bad one (by
// date) are committed, as config.run and performance.incremental_db_writes say.
RunReport run(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled);

// What run() would read and write; touches nothing. Days that run() would leave alone are in it, too.
struct PlannedMonth {
  MonthPlan plan;
  std::vector<DayChange> changes;
};
struct ClusterPlan {
  ClusterIdentity cluster;
  ClusterTree tree;
  DateRange window;
  std::vector<PlannedMonth> months;
};
std::vector<ClusterPlan> plan(const Config& config, const std::atomic<bool>& cancelled);

}  // namespace costmill
