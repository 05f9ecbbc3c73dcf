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
#include "run/day_source.h"
#include "run/read_ahead.h"
#include "scan/row_group_scan.h"
#include "summary/fold.h"

namespace costmill {

// Labels that have grown to this are forgotten.
inline constexpr std::size_t kMostLabelBytes = 32 << 20;

struct MonthRunOptions {
  FoldOptions fold;
  ScanOptions scan;
  ReadAheadOptions read_ahead;
  int workers = 4;
  bool workers_share_days = true;  // performance.parallel_chunks
  bool write_empty_days = false;   // run.full
  bool keep_chunks = false;        // performance.delete_intermediate_dfs: false
  // Line items of pods in a group from which on to keep the names of those without storage costs more than to read storage once more.
  std::int64_t rows_worth_learning = 1 << 20;
};

class MonthRun final : public DaySource {
 public:
  // `folded`: all row groups of the plan's first group, folded elsewhere.
  MonthRun(const MonthPlan& plan, Store& store, const ClusterIdentity& cluster, const MonthRunOptions& options, DayHooks hooks,
           MemoryBudget& budget, std::optional<Fold> folded = std::nullopt);
  ~MonthRun() override;
  MonthRun(const MonthRun&) = delete;
  MonthRun& operator=(const MonthRun&) = delete;

  void deliver_days(const std::function<bool(DayOutcome&&)>& deliver, const std::atomic<bool>& cancelled) override;
  MonthRunFigures figures() const override;

 private:
  // A partial fold of one worker, and the memory that it holds.
  struct PartialFold {
    PartialFold(Fold begun, MemoryBudget& budget) : fold(std::move(begun)), memory(budget, "the tables of a day") {
      // One dictionary can unfold to more texts than all chunks between two measurements.
      fold.texts().guard_growth([this](std::size_t bytes) { memory.resize(static_cast<std::int64_t>(fold.memory_bytes() + bytes)); });
    }
    Fold fold;
    MemoryShare memory;
    std::vector<Chunk> kept_chunks;
    std::size_t storage_row_groups = 0;  // folded, or read for the names of their pods
  };
  struct GroupState {
    std::size_t first_request = 0;  // of its row groups in the read-ahead
    std::vector<const PlannedRowGroup*> storage;
    std::int64_t placement_rows = 0;
    std::size_t claimed = 0;  // row groups
    std::size_t folding = 0;
    bool started = false;
    bool finished = false;
    std::vector<std::unique_ptr<PartialFold>> partials;  // by worker
    std::deque<DayOutcome> outcomes;                     // finished, not delivered yet
  };
  // Labels that a worker has met: most come again every day.
  struct LabelCache {
    LabelCache(std::shared_ptr<const ReferenceData> data, std::shared_ptr<LabelMaps> known, MemoryBudget& budget)
        : reference(std::move(data)), maps(std::move(known)), memory(budget, "the label maps of a worker") {}
    LabelCache(const std::shared_ptr<const ReferenceData>& data, MemoryBudget& budget)
        : LabelCache(data, std::make_shared<LabelMaps>(data->enabled_keys), budget) {}
    std::shared_ptr<const ReferenceData> reference;
    std::shared_ptr<LabelMaps> maps;
    MemoryShare memory;
  };
  struct Claim {
    std::size_t group;
    std::size_t row_group;
    auto operator<=>(const Claim&) const = default;
  };

  void start_workers();
  void work(int worker);
  std::optional<Claim> claim(int worker, std::optional<std::size_t> own_group);
  std::optional<std::size_t> claimable_group(std::optional<std::size_t> own_group);
  void fold_row_group(const Claim& claim, PartialFold& partial);
  WantedColumns columns_of(const Claim& claim, PartialFold& partial);
  void learn_pods(const GroupState& state, PartialFold& partial);
  void refuse(const Claim& claim, Day day, const Error& error);
  void refuse_days_of(const Claim& claim, const Error& error);
  void refuse_group(const Claim& claim, const Error& error);
  void give_up_group(const Claim& claim, int worker, const Error& error);
  // Days of which the row group may hold rows by its statistics, also outside of the piece.
  DaySpan days_by_statistics(const PlannedRowGroup& row_group) const;
  // Rows of days that the statistics exclude would be lost, or are, so these days and those of the row group are refused.
  void refuse_misplaced_rows(const Claim& claim, const Chunk& chunk);
  std::optional<Error> refusal_of(Day day) const;
  bool is_in_vain(const DaySpan& days) const;
  void finish_group(std::size_t group, int worker);
  std::unique_ptr<PartialFold> merge_partials(std::size_t group);
  DayOutcome finish_day(const Fold* fold, Day day, int worker);
  LabelCache& label_cache(int worker);
  // Waits for the group's next day; nullopt after its last one.
  std::optional<DayOutcome> next_outcome(GroupState& state, const std::atomic<bool>& cancelled);
  Error error_of(const Refusal& refusal, Day day) const;
  std::size_t row_groups_of(std::size_t group) const { return plan_.groups[group].row_groups.size(); }

  const MonthPlan& plan_;
  bool is_folded_ = false;  // the first group, elsewhere
  const ClusterIdentity& cluster_;
  const MonthRunOptions options_;
  const DayHooks hooks_;
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
