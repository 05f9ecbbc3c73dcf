#include "run/month_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "run/stopwatch.h"
#include "summary/refusal.h"

namespace costmill {
namespace {

void throw_if_cancelled(const std::atomic<bool>& cancelled) {
  if (cancelled) throw Error(ErrorCode::kCancelled, "stopped by a signal; days written so far stay, the others are untouched");
}

// Tables are measured once in so many chunks: often enough to stop long before a limit is passed by much, seldom enough to cost nothing.
constexpr int kChunksPerMeasurement = 8;
// Finished days of one group that wait for the sink: enough to keep it busy, few enough to hold a month's rows not at once.
constexpr std::size_t kFinishedDaysOfGroup = 2;

// What the next row group of the day would meet, too.
bool is_lasting(ErrorCode code) {
  return code == ErrorCode::kInputUnavailable || code == ErrorCode::kInputDenied || code == ErrorCode::kInputChanged ||
         code == ErrorCode::kNoMemory;
}

}  // namespace

MonthRun::MonthRun(const MonthPlan& plan, Store& store, const ClusterIdentity& cluster, const MonthRunOptions& options, DayHooks hooks,
                   MemoryBudget& budget, std::optional<Fold> folded)
    : plan_(plan),
      cluster_(cluster),
      options_(options),
      hooks_(std::move(hooks)),
      budget_(budget),
      groups_(plan.groups.size()),
      label_caches_(static_cast<std::size_t>(options.workers)) {
  if (hooks_.labels) label_caches_.front() = std::make_unique<LabelCache>(hooks_.reference(), hooks_.labels, budget);
  std::vector<ReadRequest> requests;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    GroupState& group = groups_[i];
    group.first_request = requests.size();
    group.partials.resize(static_cast<std::size_t>(options.workers));
    if (i == 0 && folded) {
      group.partials.front() = std::make_unique<PartialFold>(std::move(*folded), budget);
      group.partials.front()->memory.resize(static_cast<std::int64_t>(group.partials.front()->fold.memory_bytes()));
      group.started = true;
      group.claimed = row_groups_of(i);
      is_folded_ = true;
      continue;
    }
    for (const PlannedRowGroup& row_group : plan.groups[i].row_groups) {
      requests.push_back({&plan.files[row_group.file], row_group.row_group, row_group.compressed_bytes});
      if (plan.files[row_group.file].use.storage) group.storage.push_back(&row_group);
      if (plan.files[row_group.file].use.placements) group.placement_rows += row_group.rows;
    }
    for (const PlannedRowGroup& row_group : plan.groups[i].storage_elsewhere) group.storage.push_back(&row_group);
    if (row_groups_of(i) == 0) finish_group(i, 0);
  }
  read_ahead_ = std::make_unique<ReadAhead>(store, std::move(requests), options.read_ahead);
  start_workers();
}

// Where memory is short a thread may be refused; the others do the work.
void MonthRun::start_workers() {
  workers_.reserve(static_cast<std::size_t>(options_.workers));
  try {
    for (int worker = 0; worker < options_.workers; ++worker) workers_.emplace_back([this, worker] { work(worker); });
  } catch (const std::exception& error) {
    if (workers_.empty()) throw no_memory("no worker can be started", error.what());
  }
}

MonthRun::~MonthRun() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  read_ahead_->stop();
  workers_.clear();  // joins
}

void MonthRun::deliver_days(const std::function<bool(DayOutcome&&)>& deliver, const std::atomic<bool>& cancelled) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    while (auto outcome = next_outcome(groups_[i], cancelled)) {
      // A row of an earlier group that should not be there may have refused the day after it was finished.
      if (auto refusal = refusal_of(outcome->day)) outcome->refusal = std::move(refusal);
      if (!deliver(std::move(*outcome))) return;
    }
    {
      const std::lock_guard lock(mutex_);
      delivered_ = i + 1;
    }
    changed_.notify_all();
  }
}

std::optional<DayOutcome> MonthRun::next_outcome(GroupState& state, const std::atomic<bool>& cancelled) {
  std::unique_lock lock(mutex_);
  while (state.outcomes.empty() && !state.finished && !failure_ && !cancelled) {
    constexpr std::chrono::milliseconds kSignalLatency{100};  // a signal handler cannot notify
    changed_.wait_for(lock, kSignalLatency);
  }
  if (failure_) std::rethrow_exception(failure_);
  throw_if_cancelled(cancelled);
  if (state.outcomes.empty()) return std::nullopt;
  DayOutcome outcome = std::move(state.outcomes.front());
  state.outcomes.pop_front();
  changed_.notify_all();
  return outcome;
}

MonthRunFigures MonthRun::figures() const {
  const std::lock_guard lock(mutex_);
  MonthRunFigures figures = figures_;
  figures.reading_seconds = read_ahead_->busy_seconds();
  return figures;
}

// A worker stays with its days, so that they need no merging; then it begins the next group within reach of the sink; and only
// where there is none it helps another worker.
std::optional<std::size_t> MonthRun::claimable_group(std::optional<std::size_t> own_group) {
  const auto has_unclaimed = [&](std::size_t i) { return groups_[i].claimed < row_groups_of(i); };
  if (own_group && has_unclaimed(*own_group)) return own_group;
  const std::size_t reach = std::min(groups_.size(), delivered_ + static_cast<std::size_t>(options_.workers) + 1);
  for (std::size_t i = delivered_; i < reach; ++i) {
    if (!groups_[i].started && has_unclaimed(i)) return i;
  }
  if (!options_.workers_share_days) return std::nullopt;
  for (std::size_t i = delivered_; i < reach; ++i) {
    if (has_unclaimed(i)) return i;
  }
  return std::nullopt;
}

std::optional<MonthRun::Claim> MonthRun::claim(int worker, std::optional<std::size_t> own_group) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stopping_ || failure_) return std::nullopt;
    if (const auto group = claimable_group(own_group)) {
      GroupState& state = groups_[*group];
      state.started = true;
      ++state.folding;
      auto& partial = state.partials[static_cast<std::size_t>(worker)];
      if (!partial) partial = std::make_unique<PartialFold>(Fold(options_.fold), budget_);
      return Claim{*group, state.claimed++};
    }
    const bool all_claimed = std::all_of(groups_.begin(), groups_.end(), [&](const GroupState& state) {
      return state.claimed == row_groups_of(static_cast<std::size_t>(&state - groups_.data()));
    });
    if (all_claimed) return std::nullopt;
    changed_.wait(lock);
  }
}

void MonthRun::work(int worker) {
  std::optional<std::size_t> own_group;
  try {
    if (worker == 0 && is_folded_) finish_group(0, worker);
    while (const auto claimed = claim(worker, own_group)) {
      own_group = claimed->group;
      GroupState& state = groups_[claimed->group];
      try {
        fold_row_group(*claimed, *state.partials[static_cast<std::size_t>(worker)]);
      } catch (const Error& error) {
        if (error.code() == ErrorCode::kNoMemory) {
          give_up_group(*claimed, worker, error);
        } else {
          refuse_days_of(*claimed, error);
        }
      } catch (const std::bad_alloc& error) {
        give_up_group(*claimed, worker, no_memory("the tables of a day", error));
      }
      bool is_last = false;
      {
        const std::lock_guard lock(mutex_);
        is_last = --state.folding == 0 && state.claimed == row_groups_of(claimed->group);
      }
      if (is_last) finish_group(claimed->group, worker);
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    changed_.notify_all();
  }
}

void MonthRun::fold_row_group(const Claim& claim, PartialFold& partial) {
  const PlannedRowGroup& row_group = plan_.groups[claim.group].row_groups[claim.row_group];
  const PlannedFile& file = plan_.files[row_group.file];
  const std::size_t request = groups_[claim.group].first_request + claim.row_group;
  if (is_in_vain(row_group.days)) return read_ahead_->skip(request);

  auto reader = read_ahead_->take(request);
  const auto begin = Clock::now();
  RowGroupScan scan(std::move(reader), file.file.path, row_group.row_group, file.table, columns_of(claim, partial), options_.scan,
                    partial.fold.texts());
  Chunk chunk;
  std::uint64_t rows = 0;
  const DaySpan known = days_by_statistics(row_group);
  for (int chunks = 1; !stopping_ && scan.next(chunk); ++chunks) {
    const auto days = partial.fold.add(chunk, file.use, row_group.file);
    if (days && (days->first < known.first || known.last < days->last)) [[unlikely]]
      refuse_misplaced_rows(claim, chunk);
    rows += chunk.rows;
    if (chunks % kChunksPerMeasurement == 0) partial.memory.resize(static_cast<std::int64_t>(partial.fold.memory_bytes()));
    if (options_.keep_chunks) partial.kept_chunks.push_back(std::move(chunk));
  }
  partial.memory.resize(static_cast<std::int64_t>(partial.fold.memory_bytes()));
  if (file.use.storage) ++partial.storage_row_groups;
  {
    const std::lock_guard lock(mutex_);
    figures_.rows_folded += rows;
    figures_.aggregation_seconds += seconds_since(begin);
  }
  hooks_.on_rows_folded(rows);
}

// Storage comes first in a group, so a worker that has folded all of it knows every pod that matters to it.
WantedColumns MonthRun::columns_of(const Claim& claim, PartialFold& partial) {
  const GroupState& state = groups_[claim.group];
  const TableUse use = plan_.files[plan_.groups[claim.group].row_groups[claim.row_group].file].use;
  const WantedColumns columns = wanted_columns(use, options_.fold.derive_roles);
  if (!use.placements) return columns;
  if (partial.storage_row_groups < state.storage.size() && state.placement_rows >= options_.rows_worth_learning) learn_pods(state, partial);
  return partial.storage_row_groups == state.storage.size() ? with_known_pods(columns) : columns;
}

// Workers that share days share their storage, too: what others fold of it is read once more, for the names of its pods.
void MonthRun::learn_pods(const GroupState& state, PartialFold& partial) {
  constexpr WantedColumns kPods{.texts = 1U << storage_columns::kPod};
  Chunk chunk;
  for (const PlannedRowGroup* const row_group : state.storage) {
    const PlannedFile& file = plan_.files[row_group->file];
    RowGroupScan scan(read_ahead_->open({&file, row_group->row_group, row_group->compressed_bytes}), file.file.path, row_group->row_group,
                      file.table, kPods, options_.scan, partial.fold.texts());
    while (!stopping_ && scan.next(chunk)) continue;
  }
  partial.storage_row_groups = state.storage.size();
}

DaySpan MonthRun::days_by_statistics(const PlannedRowGroup& row_group) const {
  const DaySpan all = row_group.times ? row_group.times->days()
                                      : DaySpan{{std::numeric_limits<std::int32_t>::min()}, {std::numeric_limits<std::int32_t>::max()}};
  const DateRange& piece = plan_.piece.days;
  return {piece.from < row_group.days.first ? row_group.days.first : std::min(all.first, row_group.days.first),
          row_group.days.last < piece.to ? row_group.days.last : std::max(all.last, row_group.days.last)};
}

void MonthRun::refuse_misplaced_rows(const Claim& claim, const Chunk& chunk) {
  const PlannedRowGroup& row_group = plan_.groups[claim.group].row_groups[claim.row_group];
  const DaySpan known = days_by_statistics(row_group);
  const std::string& file = plan_.files[row_group.file].file.path;
  for (const std::int64_t ms : chunk.interval_start_ms) {
    const Day day = day_of_ms(ms);
    if (ms == kNullTime || (known.first <= day && day <= known.last)) continue;
    const Error error(
        ErrorCode::kCorrupt,
        fmt::format("{}, column {}: row group {} holds a row of {}, but its statistics say {} to {}; write or upload the file again", file,
                    kIntervalStart, row_group.row_group, to_string(day), to_string(known.first), to_string(known.last)),
        {.file = file, .column = std::string(kIntervalStart)});
    refuse_days_of(claim, error);
    // Days before this group may be delivered or not: to refuse them would let the number of threads show.
    if (plan_.groups[claim.group].days.from <= day && day <= plan_.piece.days.to) refuse(claim, day, error);
  }
}

void MonthRun::refuse_days_of(const Claim& claim, const Error& error) {
  const PlannedRowGroup& row_group = plan_.groups[claim.group].row_groups[claim.row_group];
  for (Day day = row_group.days.first; day <= row_group.days.last; day = day.next()) refuse(claim, day, error);
}

// Tables that could not grow are in no state to go on with, nor are the texts that chunks are coded in.
void MonthRun::give_up_group(const Claim& claim, int worker, const Error& error) {
  groups_[claim.group].partials[static_cast<std::size_t>(worker)].reset();
  refuse_group(claim, error);
}

void MonthRun::refuse_group(const Claim& claim, const Error& error) {
  const DateRange& days = plan_.groups[claim.group].days;
  for (Day day = days.from; day <= days.to; day = day.next()) refuse(claim, day, error);
}

void MonthRun::refuse(const Claim& claim, Day day, const Error& error) {
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = refusals_.try_emplace(day, claim, error);
  if (!added && claim < entry->second.first) entry->second = {claim, error};
}

std::optional<Error> MonthRun::refusal_of(Day day) const {
  if (const auto planned = plan_.refused.find(day); planned != plan_.refused.end()) return planned->second;
  const std::lock_guard lock(mutex_);
  if (const auto folded = refusals_.find(day); folded != refusals_.end()) return folded->second.second;
  return std::nullopt;
}

// All of these days are refused already. Where the storage is in trouble, each further wait would last as long as the one before; where
// memory is short, what is left is for other days.
bool MonthRun::is_in_vain(const DaySpan& days) const {
  const std::lock_guard lock(mutex_);
  for (Day day = days.first; day <= days.last; day = day.next()) {
    const auto refusal = refusals_.find(day);
    const bool is_hopeless = refusal != refusals_.end() && is_lasting(refusal->second.second.code());
    if (!is_hopeless && !plan_.refused.contains(day)) return false;
  }
  return true;
}

// Null: there is no partial, or the days are refused.
std::unique_ptr<MonthRun::PartialFold> MonthRun::merge_partials(std::size_t group) {
  auto partials = std::exchange(groups_[group].partials, {});
  std::unique_ptr<PartialFold> merged;
  try {
    for (auto& partial : partials) {
      if (merged && partial) {
        merged->fold.merge(partial->fold);
        merged->memory.resize(static_cast<std::int64_t>(merged->fold.memory_bytes()));
        partial.reset();
      } else if (partial) {
        merged = std::move(partial);
      }
    }
    return merged;
  } catch (const Error& error) {
    refuse_group({group, row_groups_of(group)}, error);
  } catch (const std::bad_alloc& error) {
    refuse_group({group, row_groups_of(group)}, no_memory("the merged tables of a day", error));
  }
  return nullptr;
}

void MonthRun::finish_group(std::size_t index, int worker) {
  GroupState& state = groups_[index];
  const DateRange& days = plan_.groups[index].days;
  auto begin = Clock::now();
  const std::unique_ptr<PartialFold> merged = merge_partials(index);
  for (Day day = days.from; day <= days.to && !stopping_; day = day.next()) {
    if (plan_.left_out.contains(day)) continue;
    DayOutcome outcome = hooks_.take_fold ? DayOutcome{.day = day, .encoded = nullptr, .refusal = refusal_of(day)}
                                          : finish_day(merged ? &merged->fold : nullptr, day, worker);
    std::unique_lock lock(mutex_);
    const double finishing_seconds = seconds_since(begin) - outcome.encoding_seconds;
    figures_.aggregation_seconds += finishing_seconds;
    figures_.finishing_seconds += finishing_seconds;
    figures_.encoding_seconds += outcome.encoding_seconds;
    // Whoever starts a group stays until all of it is claimed, so the group that is to be delivered next never waits for this one.
    changed_.wait(lock, [&] { return stopping_ || failure_ || state.outcomes.size() < kFinishedDaysOfGroup; });
    state.outcomes.push_back(std::move(outcome));
    changed_.notify_all();
    begin = Clock::now();
  }
  if (hooks_.take_fold && merged) hooks_.take_fold(std::move(merged->fold));
  const std::lock_guard lock(mutex_);
  state.finished = true;
  changed_.notify_all();
}

MonthRun::LabelCache& MonthRun::label_cache(int worker) {
  std::unique_ptr<LabelCache>& cache = label_caches_[static_cast<std::size_t>(worker)];
  const std::shared_ptr<const ReferenceData> reference = hooks_.reference();
  if (cache != nullptr && (cache->reference != reference || cache->maps->memory_bytes() > kMostLabelBytes)) cache.reset();
  if (cache == nullptr) cache = std::make_unique<LabelCache>(reference, budget_);
  return *cache;
}

DayOutcome MonthRun::finish_day(const Fold* fold, Day day, int worker) {
  DayOutcome outcome{.day = day, .encoded = nullptr, .fan_outs = {}, .refusal = refusal_of(day), .memory = nullptr};
  if (outcome.refusal) return outcome;
  try {
    DayResult result;
    if (fold != nullptr) {
      LabelCache& labels = label_cache(worker);
      result = fold->finish(day, cluster_, *labels.reference, labels.maps);
      labels.memory.resize(static_cast<std::int64_t>(labels.maps->memory_bytes()));
    } else {
      result.rows.cluster = cluster_;
      result.rows.day = day;
    }
    outcome.input_rows = result.input_rows;
    // A day that a row group might have held is recorded as empty, so that nobody looks for its rows again.
    if (result.input_rows == 0 && !options_.write_empty_days && plan_.files_of(day).empty()) return outcome;
    outcome.reference_scope = std::move(result.reference_scope);
    outcome.hours = result.hours;
    outcome.sanity = std::move(result.sanity);
    outcome.totals = result.totals;
    outcome.fan_outs = result.fan_outs;
    outcome.memory = std::make_unique<MemoryShare>(budget_, "the rows of finished days");
    outcome.memory->resize(static_cast<std::int64_t>(result.rows.memory_bytes()));
    const auto encoding = Clock::now();
    outcome.encoded = hooks_.encode(std::make_shared<const DayRows>(std::move(result.rows)));
    outcome.encoding_seconds = seconds_since(encoding);
    if (outcome.encoded->rows == nullptr) outcome.memory.reset();
  } catch (const Refusal& refusal) {
    outcome.refusal = error_of(refusal, day);
  } catch (const Error& error) {
    outcome.refusal = error;
  } catch (const std::bad_alloc& error) {
    label_caches_[static_cast<std::size_t>(worker)].reset();  // may be in the middle of a change
    outcome.refusal = no_memory(fmt::format("the rows of {}", to_string(day)), error);
  }
  return outcome;
}

Error MonthRun::error_of(const Refusal& refusal, Day day) const {
  const bool has_file = refusal.place().file < plan_.files.size();
  const std::string file = has_file ? plan_.files[refusal.place().file].file.path : "";
  const std::string where = has_file ? fmt::format("{}, row {}, column {}", file, refusal.place().row + 1, refusal.column())
                                     : fmt::format("column {}", refusal.column());
  return Error(
      ErrorCode::kBadInput,
      fmt::format("{}: {}: {}; nothing of this day was written; mend the file, then run again", to_string(day), where, refusal.what()),
      {.file = file, .column = refusal.column(), .day = to_string(day)});
}

}  // namespace costmill
