#include "run/month_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "summary/refusal.h"

namespace costmill {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void throw_if_cancelled(const std::atomic<bool>& cancelled) {
  if (cancelled) throw Error(ErrorCode::kCancelled, "stopped by a signal; days written so far stay, the others are untouched");
}

// Tables are measured once in so many chunks: often enough to stop long before a limit is passed by much, seldom enough to cost nothing.
constexpr int kChunksPerMeasurement = 8;

}  // namespace

MonthRun::MonthRun(const MonthPlan& plan, Store& store, const ClusterIdentity& cluster, const MonthRunOptions& options,
                   ReferenceSource reference, MemoryBudget& budget, const std::function<void(std::uint64_t)>& on_rows_folded)
    : plan_(plan),
      cluster_(cluster),
      options_(options),
      reference_(std::move(reference)),
      budget_(budget),
      on_rows_folded_(on_rows_folded),
      groups_(plan.groups.size()) {
  std::vector<ReadRequest> requests;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    GroupState& group = groups_[i];
    group.first_request = requests.size();
    group.partials.resize(static_cast<std::size_t>(options.workers));
    for (const PlannedRowGroup& row_group : plan.groups[i].row_groups) {
      requests.push_back({&plan.files[row_group.file], row_group.row_group, row_group.compressed_bytes});
    }
    if (row_groups_of(i) == 0) finish_group(i);
  }
  read_ahead_ = std::make_unique<ReadAhead>(store, std::move(requests), options.read_ahead);
  for (int worker = 0; worker < options.workers; ++worker) workers_.emplace_back([this, worker] { work(worker); });
}

MonthRun::~MonthRun() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  workers_.clear();  // joins
}

void MonthRun::deliver_days(const std::function<bool(DayOutcome&&)>& deliver, const std::atomic<bool>& cancelled) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    std::unique_lock lock(mutex_);
    while (!groups_[i].finished && !failure_ && !cancelled) {
      constexpr std::chrono::milliseconds kSignalLatency{100};  // a signal handler cannot notify
      changed_.wait_for(lock, kSignalLatency);
    }
    if (failure_) std::rethrow_exception(failure_);
    throw_if_cancelled(cancelled);
    std::vector<DayOutcome> outcomes = std::move(groups_[i].outcomes);
    lock.unlock();
    for (DayOutcome& outcome : outcomes) {
      throw_if_cancelled(cancelled);
      if (!deliver(std::move(outcome))) return;
    }
    outcomes.clear();
    lock.lock();
    delivered_ = i + 1;
    lock.unlock();
    changed_.notify_all();
  }
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
      if (!partial) partial = std::make_unique<PartialFold>(options_.fold, budget_);
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
    while (const auto claimed = claim(worker, own_group)) {
      own_group = claimed->group;
      GroupState& state = groups_[claimed->group];
      try {
        fold_row_group(*claimed, *state.partials[static_cast<std::size_t>(worker)]);
      } catch (const Error& error) {
        refuse_days(*claimed, error);
      } catch (const std::bad_alloc&) {
        refuse_days(*claimed, Error(ErrorCode::kNoMemory, "out of memory; lower performance.max_workers or give the process more"));
      }
      bool is_last = false;
      {
        const std::lock_guard lock(mutex_);
        is_last = --state.folding == 0 && state.claimed == row_groups_of(claimed->group);
      }
      if (is_last) finish_group(claimed->group);
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
  const auto is_refused = [&](Day day) { return plan_.refused.contains(day); };
  if (row_group.days.first == row_group.days.last && is_refused(row_group.days.first)) return read_ahead_->skip(request);

  auto reader = read_ahead_->take(request);
  const auto begin = Clock::now();
  RowGroupScan scan(std::move(reader), file.file.path, row_group.row_group, file.table,
                    wanted_columns(file.use, options_.fold.derive_roles), options_.scan, partial.fold.texts());
  Chunk chunk;
  std::uint64_t rows = 0;
  for (int chunks = 1; !stopping_ && scan.next(chunk); ++chunks) {
    require_days(row_group, file, chunk);
    partial.fold.add(chunk, file.use, row_group.file);
    rows += chunk.rows;
    if (chunks % kChunksPerMeasurement == 0) partial.memory.resize(static_cast<std::int64_t>(partial.fold.memory_bytes()));
    if (options_.keep_chunks) partial.kept_chunks.push_back(std::move(chunk));
  }
  partial.memory.resize(static_cast<std::int64_t>(partial.fold.memory_bytes()));
  {
    const std::lock_guard lock(mutex_);
    figures_.rows_folded += rows;
    figures_.bytes_read += row_group.compressed_bytes;
    figures_.aggregation_seconds += seconds_since(begin);
  }
  on_rows_folded_(rows);
}

void MonthRun::require_days(const PlannedRowGroup& row_group, const PlannedFile& file, const Chunk& chunk) const {
  if (!row_group.days_known) return;
  for (const std::int64_t ms : chunk.interval_start_ms) {
    if (ms == kNullTime) continue;
    const Day day = day_of_ms(ms);
    const bool in_piece = plan_.piece.days.from <= day && day <= plan_.piece.days.to;
    if (!in_piece || (row_group.days.first <= day && day <= row_group.days.last)) continue;
    throw Error(
        ErrorCode::kCorrupt,
        fmt::format("{}, column {}: row group {} holds a row of {}, but its statistics say {} to {}; write or upload the file again",
                    file.file.path, kIntervalStart, row_group.row_group, to_string(day), to_string(row_group.days.first),
                    to_string(row_group.days.last)),
        {.file = file.file.path, .column = std::string(kIntervalStart)});
  }
}

void MonthRun::refuse_days(const Claim& claim, const Error& error) {
  const PlannedRowGroup& row_group = plan_.groups[claim.group].row_groups[claim.row_group];
  const std::lock_guard lock(mutex_);
  auto& refusals = groups_[claim.group].refusals;
  for (Day day = row_group.days.first; day <= row_group.days.last; day = day.next()) {
    const auto [entry, added] = refusals.try_emplace(day, claim.row_group, error);
    if (!added && claim.row_group < entry->second.first) entry->second = {claim.row_group, error};
  }
}

void MonthRun::finish_group(std::size_t index) {
  GroupState& state = groups_[index];
  const auto begin = Clock::now();
  std::unique_ptr<PartialFold> merged;
  std::vector<DayOutcome> outcomes;
  const DateRange& days = plan_.groups[index].days;
  for (auto& partial : state.partials) {
    if (!partial) continue;
    if (!merged) {
      merged = std::move(partial);
      continue;
    }
    merged->fold.merge(partial->fold);
    partial.reset();
  }
  for (Day day = days.from; day <= days.to && !stopping_; day = day.next())
    outcomes.push_back(finish_day(state, merged ? &merged->fold : nullptr, day));
  const std::lock_guard lock(mutex_);
  state.outcomes = std::move(outcomes);
  state.finished = true;
  figures_.aggregation_seconds += seconds_since(begin);
  changed_.notify_all();
}

DayOutcome MonthRun::finish_day(const GroupState& state, const Fold* fold, Day day) {
  DayOutcome outcome{.day = day, .result = std::nullopt, .refusal = std::nullopt};
  if (const auto planned = plan_.refused.find(day); planned != plan_.refused.end()) {
    outcome.refusal = planned->second;
  } else if (const auto folded = state.refusals.find(day); folded != state.refusals.end()) {
    outcome.refusal = folded->second.second;
  } else if (fold == nullptr) {
    outcome.result.emplace();
    outcome.result->rows.cluster = cluster_;
    outcome.result->rows.day = day;
  } else {
    try {
      outcome.result = fold->finish(day, cluster_, *reference_());
    } catch (const Refusal& refusal) {
      outcome.refusal = error_of(refusal, day);
    } catch (const Error& error) {
      outcome.refusal = error;
    }
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
