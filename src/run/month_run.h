// Folds the days of one cluster and month in parallel and hands them over in order of day.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "config/config.h"
#include "memory/memory.h"
#include "plan/plan.h"
#include "reference/reference_data.h"
#include "run/read_ahead.h"
#include "scan/row_group_scan.h"
#include "sink/sink.h"
#include "summary/fold.h"

namespace costmill {

struct MonthRunOptions {
  FoldOptions fold;
  ScanOptions scan;
  ReadAheadOptions read_ahead;
  int workers = 4;
  bool workers_share_days = true;  // performance.parallel_chunks
  bool write_empty_days = false;   // run.full
  bool keep_chunks = false;        // performance.delete_intermediate_dfs: false
};

// A day is finished rows, or the reason why there are none.
struct DayOutcome {
  Day day;
  std::unique_ptr<EncodedDay> encoded;  // null: nothing is to be written
  FanOuts fan_outs;
  std::uint64_t input_rows = 0;
  double encoding_seconds = 0;
  std::optional<Error> refusal;
  std::unique_ptr<MemoryShare> memory;  // what the rows hold
};

struct MonthRunFigures {
  std::uint64_t rows_folded = 0;
  std::int64_t bytes_read = 0;
  double reading_seconds = 0;
  double aggregation_seconds = 0;
  double encoding_seconds = 0;
};

class MonthRun {
 public:
  // What a run does for a month from the threads of the workers.
  struct Hooks {
    std::function<std::shared_ptr<const ReferenceData>()> reference;
    std::function<std::unique_ptr<EncodedDay>(std::shared_ptr<const DayRows>)> encode;
    std::function<void(std::uint64_t rows)> on_rows_folded;
  };

  MonthRun(const MonthPlan& plan, Store& store, const ClusterIdentity& cluster, const MonthRunOptions& options, Hooks hooks,
           MemoryBudget& budget);
  ~MonthRun();
  MonthRun(const MonthRun&) = delete;
  MonthRun& operator=(const MonthRun&) = delete;

  // Calls `deliver` for every day of the month's piece, oldest first, from the calling thread; it returns false to stop.
  // Throws what is no matter of one day (a bug), and Error(kCancelled).
  void deliver_days(const std::function<bool(DayOutcome&&)>& deliver, const std::atomic<bool>& cancelled);

  // After deliver_days.
  MonthRunFigures figures() const;

 private:
  // A partial fold of one worker, and the memory that it holds.
  struct PartialFold {
    PartialFold(const FoldOptions& options, MemoryBudget& budget) : fold(options), memory(budget, "the tables of a day") {}
    Fold fold;
    MemoryShare memory;
    std::vector<Chunk> kept_chunks;
    std::size_t storage_row_groups = 0;  // folded
  };
  struct GroupState {
    std::size_t first_request = 0;  // of its row groups in the read-ahead
    std::size_t storage_row_groups = 0;
    std::size_t claimed = 0;  // row groups
    std::size_t folding = 0;
    bool started = false;
    bool finished = false;
    std::vector<std::unique_ptr<PartialFold>> partials;  // by worker
    std::deque<DayOutcome> outcomes;                     // finished, not delivered yet
  };
  // Labels that a worker has met: most come again every day.
  struct LabelCache {
    LabelCache(std::shared_ptr<const ReferenceData> data, MemoryBudget& budget)
        : reference(std::move(data)),
          maps(std::make_shared<LabelMaps>(reference->enabled_keys)),
          memory(budget, "the label maps of a worker") {}
    std::shared_ptr<const ReferenceData> reference;
    std::shared_ptr<LabelMaps> maps;
    MemoryShare memory;
  };
  struct Claim {
    std::size_t group;
    std::size_t row_group;
    auto operator<=>(const Claim&) const = default;
  };

  void work(int worker);
  std::optional<Claim> claim(int worker, std::optional<std::size_t> own_group);
  std::optional<std::size_t> claimable_group(std::optional<std::size_t> own_group);
  void fold_row_group(const Claim& claim, PartialFold& partial);
  WantedColumns columns_of(const Claim& claim, const PartialFold& partial) const;
  void refuse(const Claim& claim, Day day, const Error& error);
  void refuse_days_of(const Claim& claim, const Error& error);
  // Rows of days that the statistics exclude would be lost, so these days and those of the row group are refused.
  void refuse_misplaced_rows(const Claim& claim, const Chunk& chunk);
  std::optional<Error> refusal_of(Day day) const;
  void finish_group(std::size_t group, int worker);
  std::unique_ptr<PartialFold> merge_partials(std::size_t group);
  DayOutcome finish_day(const Fold* fold, Day day, int worker);
  LabelCache& label_cache(int worker);
  // Waits for the group's next day; nullopt after its last one.
  std::optional<DayOutcome> next_outcome(GroupState& state, const std::atomic<bool>& cancelled);
  Error error_of(const Refusal& refusal, Day day) const;
  std::size_t row_groups_of(std::size_t group) const { return plan_.groups[group].row_groups.size(); }

  const MonthPlan& plan_;
  const ClusterIdentity& cluster_;
  const MonthRunOptions options_;
  const Hooks hooks_;
  MemoryBudget& budget_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<GroupState> groups_;
  std::map<Day, std::pair<Claim, Error>> refusals_;  // the first in order of row groups
  std::size_t delivered_ = 0;                        // groups
  std::atomic<bool> stopping_{false};
  std::exception_ptr failure_;
  MonthRunFigures figures_;
  std::vector<std::unique_ptr<LabelCache>> label_caches_;  // by worker
  std::unique_ptr<ReadAhead> read_ahead_;
  std::vector<std::jthread> workers_;
};

}  // namespace costmill
