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
  double finishing = 0;  // of aggregation
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
  std::vector<DayFailure> failed_days;  // without keep_going the one that ends the run
  std::size_t days_unchanged = 0;       // and left alone
  std::size_t days_removed = 0;         // only with prune
  std::uint64_t input_rows = 0;
  std::uint64_t output_rows = 0;
  std::size_t files = 0;
  std::size_t files_without_rows = 0;
  std::uint64_t bytes_in_files = 0;
  std::int64_t bytes_fetched = 0;  // of them; what two reads share counts twice
  std::uint64_t rows_folded = 0;   // of all tables, also of days that failed
  std::size_t row_groups_read = 0;
  std::size_t row_groups_pruned = 0;  // hold nothing of a day that is to be done
  std::size_t day_groups = 0;
  std::uint64_t input_retries = 0;
  SanityReport sanity;
  PhaseSeconds seconds;
  SinkFigures sink;
  MemoryUsage memory;
  std::int64_t memory_limit_bytes = 0;
};

// `plan` and `write` come once a run, `read`, `fold` and `finish` once a month of a cluster. All but `start` and `plan` count the busy
// seconds of all threads.
struct PhaseReport {
  std::string_view name;   // start, plan, read, fold, finish, write
  std::string_view stage;  // in words, as the Optimization Guide names it
  double duration_seconds = 0;
  MemoryUsage memory;
};
// `memory usage: STAGE: memory=… peak=… duration=…s`
std::string described(const PhaseReport& phase);

// How far a run is. Rows count what has been folded so far.
struct RunProgress {
  std::size_t days_done = 0;
  std::size_t days = 0;
  std::uint64_t rows_done = 0;
  std::uint64_t rows = 0;
};

enum class Severity { kDebug, kInfo, kWarning };

// `message` and `progress` may be called from any thread, the others from the one that called run(). None may throw.
struct RunEvents {
  std::function<void(Severity, const std::string&)> message = [](Severity, const std::string&) {};
  // A day is finished, and the sink has it; it is visible when run() returns, or as the sink's promise says.
  std::function<void(const DayReport&)> day = [](const DayReport&) {};
  std::function<void(const RunProgress&)> progress = [](const RunProgress&) {};
  std::function<void(const PhaseReport&)> phase = [](const PhaseReport&) {};
  // What was done, at the end of a run, also of one that throws.
  std::function<void(const RunReport&)> ended = [](const RunReport&) {};
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
