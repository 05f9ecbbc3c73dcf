// Which days of a month a run does.
#pragma once

#include <arrow/memory_pool.h>

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <span>

#include "changes/day_changes.h"
#include "changes/figures_config.h"
#include "config/config.h"
#include "run/day_source.h"
#include "run/run.h"

namespace costmill {

struct DayChoice {
  std::set<Day> to_do;
  std::deque<Day> to_remove;  // oldest first
  std::size_t unchanged = 0;  // left alone
};

using ChooseDays = std::function<DayChoice(const ClusterIdentity&, const MonthPlan&, const std::vector<DayChange>&)>;

// What is new or changed, or every day with run.full; what is gone is removed with run.prune. Says what it chose and why.
ChooseDays choose_new_days(const Config& config, const RunEvents& events);

// A month of a cluster on its way: what is read, and which days of it are done.
struct MonthWork {
  MonthPlan plan;
  ClusterIdentity cluster;
  FiguresConfig figures;
  DayChoice choice;
};

// Who makes the days, instead of this process.
struct Elsewhere {
  // All months that are chosen so far, before the first day is asked for; again for a month that is planned again.
  std::function<void(std::span<const MonthWork* const>, const ReferenceData&)> announce;
  std::function<std::unique_ptr<DaySource>(const MonthWork&, DayHooks)> open_days;
};

// Where chosen days come from and go to.
struct RunTarget {
  std::function<std::unique_ptr<Sink>(arrow::MemoryPool*)> open_sink;
  ChooseDays choose_days;
  std::optional<Elsewhere> elsewhere = std::nullopt;
  // What the run's own pool, under the memory limit, allocates from. The system's gives memory back, which Arrow's other pools do late.
  arrow::MemoryPool* pool = arrow::system_memory_pool();
};

// As run(), into another target.
RunReport run_into(const RunTarget& target, const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled);

}  // namespace costmill
