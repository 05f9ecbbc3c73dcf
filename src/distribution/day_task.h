// What a worker is told of a group of days, and what it answers: JSON, of one version of the program.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "run/day_source.h"
#include "summary/day_rows.h"

namespace costmill {

// Days of a cluster that share row groups (almost always one day): the part of a month's plan that they need, and nothing else, so that
// the worker lists nothing and finds the very files that were planned.
struct DayTask {
  std::string version;    // of the program that made it
  std::string settings;   // settings_for_workers()
  std::string reference;  // reference_digest_of() of what the client read
  std::string staging;    // folder that sinks of files are made in; empty: the days are committed to run.sink itself
  ClusterIdentity cluster;
  MonthPlan plan;  // of one group
  bool write_empty_days = false;
  // Of a group with too many rows for one task: its parts are folded, and another task makes rows of what they give.
  enum class Share { kWhole, kPart, kFinish };
  Share share = Share::kWhole;

  // Stable, unique, readable: cluster, first day, and a digest over all of it, its JSON.
  std::string key(std::string_view json) const;
  std::int64_t rows() const;
};

// In the folder of a staged sink: its days are whole.
inline constexpr const char* kReceiptFile = "receipt.json";

// Over all of it: any change counts.
std::string reference_digest_of(const ReferenceData& reference);

std::string to_json(const DayTask& task);
// Error(kConflict) if another version made it, kBug for what is no task.
DayTask task_from(const std::string& json);

// A day that is done, in some hundred bytes.
struct DayReceipt {
  Day day;
  bool is_written = false;  // false: there was nothing to write
  std::uint64_t input_rows = 0;
  std::uint64_t rows = 0;
  std::string digest;
  FanOuts fan_outs;
  std::bitset<24> hours;
  DaySanity sanity;  // examples in words, as file numbers mean nothing elsewhere
  DayTotals totals;
  std::optional<Error> refusal;  // why the day is not written; the rest of it counts for nothing then
};

struct TaskReceipt {
  std::vector<DayReceipt> days;
  MonthRunFigures figures;
  std::string staged;  // folder or file of the sink that holds the days; empty: they are committed
};

// kind, message, and the place as far as it is given.
Error error_from(const nlohmann::ordered_json& json);

std::string to_json(const TaskReceipt& receipt);
// Error(kBug) for what is no receipt.
TaskReceipt receipt_from(const std::string& json);

}  // namespace costmill
