#include "run/run.h"

#include <arrow/util/thread_pool.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>

#include "changes/figures_config.h"
#include "config/s3.h"
#include "memory/container.h"
#include "memory/mebibytes.h"
#include "memory/memory.h"
#include "run/clusters.h"
#include "run/day_choice.h"
#include "run/day_judge.h"
#include "run/day_record_of.h"
#include "run/day_source.h"
#include "run/month_run.h"
#include "run/run_options.h"
#include "run/stopwatch.h"
#include "run/update_nodes.h"
#include "sink/sink.h"

namespace costmill {
namespace {

std::string fan_out_warning(Day day, const FanOuts& fan_outs) {
  std::vector<std::string> found;
  for (const FanOuts::Count& fan_out : fan_outs.counts()) {
    if (fan_out.count > 0) found.push_back(fmt::format("{} {}", fan_out.count, fan_out.counts));
  }
  return fmt::format("{}: sums count several times, as in the reference (docs/rules.md, \"Fan-outs\"): {}", to_string(day),
                     fmt::join(found, ", "));
}

// What would fail all other days, too.
bool is_of_sink(ErrorCode code) {
  return code == ErrorCode::kSinkUnavailable || code == ErrorCode::kSinkDenied || code == ErrorCode::kConflict;
}

// One run from begin to end; a class so that its steps share what they need.
class Run {
 public:
  Run(const RunTarget& target, const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled)
      : target_(target),
        config_(config),
        events_(events),
        cancelled_(cancelled),
        budget_(memory_limit_of(config)),
        ceiling_(budget_),
        pool_(*target.pool, budget_),
        store_(open_store(config.run.input, config.s3, &cancelled)),
        judge_(config.run.strict, events) {}

  RunReport run() {
    const auto begin = Clock::now();
    try {
      perform(begin);
    } catch (...) {
      complete_report(begin);
      events_.ended(report_);
      throw;
    }
    complete_report(begin);
    events_.ended(report_);
    return std::move(report_);
  }

 private:
  void perform(Clock::time_point begin) {
    phase("start", "start", 0);
    warn_of_limit();
    if (!config_.s3.verify_tls && is_s3_uri(config_.run.input)) events_.message(Severity::kWarning, std::string(kUnverifiedServer));
    const std::vector<ChosenCluster> clusters = prepare();
    plan_all(clusters);
    sink_ = target_.open_sink(&pool_);
    std::vector<std::vector<MonthWork>> work;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      auto& months = work.emplace_back();
      for (MonthPlan& plan : plans_[i]) months.push_back(choose_days(clusters[i], std::move(plan)));
    }
    announce(work);
    report_.seconds.planning = seconds_since(begin);
    phase("plan", "after planning", report_.seconds.planning);
    try {
      for (std::size_t i = 0; i < clusters.size(); ++i) run_cluster(clusters[i], work[i]);
    } catch (...) {
      keep_whole_days();
      throw;
    }
    const auto writing = Clock::now();
    sink_->finish();
    report_.seconds.writing += seconds_since(writing);
    phase("write", "after write", report_.seconds.writing);
  }

  // What is known only at the end, however the run ended.
  void complete_report(Clock::time_point begin) {
    report_.seconds.wall = seconds_since(begin);
    report_.bytes_fetched += store_->bytes_fetched();
    report_.input_retries = store_->retries();
    {
      const std::lock_guard lock(progress_mutex_);
      report_.rows_folded = progress_.rows_done;
    }
    report_.sanity = judge_.report();
    if (sink_) report_.sink = sink_->figures();
    report_.memory = memory_usage();
    report_.memory_limit_bytes = budget_.limit_bytes();
  }

  // What was written before a failure stays, unless the whole run is one transaction. Where nothing was, the sink stays as it is.
  void keep_whole_days() {
    if (!config_.performance.incremental_db_writes || days_written_ == 0) return;
    try {
      sink_->finish();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kCancelled) return;
      events_.message(Severity::kWarning, fmt::format("days written before the failure may be missing: {}", error.what()));
    }
  }

  void warn_of_limit() {
    const std::int64_t machine = machine_memory_bytes();
    if (!is_beyond_machine(budget_.limit_bytes(), machine)) return;
    const auto mib = [](std::int64_t bytes) { return bytes >> 20; };
    events_.message(
        Severity::kWarning,
        fmt::format("performance.memory_limit is {} MiB, but machine or container have {} MiB, and up to {} MiB are held beyond "
                    "the limit: the system may kill the process; set it to {} MiB or less, or leave it to auto",
                    mib(budget_.limit_bytes()), mib(machine), mib(kBeyondLimitBytes), mib(memory_limit_within(machine))));
  }

  void phase(std::string_view name, std::string_view stage, double seconds) {
    events_.phase({.name = name, .stage = stage, .duration_seconds = seconds, .memory = memory_usage()});
  }

  // Reference data is read after the node tables are up to date, so that the same run sees them.
  std::vector<ChosenCluster> prepare() {
    if (!config_.run.update_nodes) {
      reference_ = load();
      return choose_clusters(config_, *store_);
    }
    const PostgresTarget database = node_database(config_, run_settings(config_, events_, cancelled_));
    std::vector<ChosenCluster> clusters = choose_clusters(config_, *store_);
    update_nodes(database, clusters,
                 {.config = config_,
                  .store = *store_,
                  .budget = budget_,
                  .pool = &pool_,
                  .read_ahead_bytes = read_ahead_bytes(),
                  .events = events_,
                  .cancelled = cancelled_});
    reference_ = load();
    return clusters;
  }

  std::shared_ptr<const ReferenceData> load() const {
    return std::make_shared<const ReferenceData>(
        load_reference(config_.run.reference.value_or(""), config_.enabled_label_keys, run_settings(config_, events_, cancelled_)));
  }

  void plan_all(const std::vector<ChosenCluster>& clusters) {
    if (!config_.run.reference) {
      events_.message(Severity::kInfo, config_.enabled_label_keys
                                           ? "no --reference: no cost categories, node roles come from the rows"
                                           : "no --reference: all label keys are kept, no cost categories, node roles come from the rows");
    }
    for (const ChosenCluster& cluster : clusters) {
      auto& months = plans_.emplace_back();
      for (const Month month : cluster.left_out) {
        events_.message(Severity::kInfo, fmt::format("cluster {} has no files of {}: left out of --cluster all",
                                                     cluster.identity.source_uuid, to_string(month)));
      }
      for (const MonthPiece& piece : cluster.pieces) {
        months.push_back(plan_piece(cluster, piece));
        notice_all(months.back());
        report_.files += months.back().files.size();
        report_.files_without_rows += months.back().files_without_rows;
        for (const PlannedFile& file : months.back().files) report_.bytes_in_files += file.file.bytes;
      }
    }
  }

  // A file that changes between listing and reading is listed and read again, once: if it still changes, its writer is not done.
  MonthPlan plan_piece(const ChosenCluster& cluster, const MonthPiece& piece) {
    try {
      return plan_piece_once(cluster, piece);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kInputChanged) throw;
      notice_again(piece.days.from, error);
    }
    listed_again_.emplace(cluster.identity.source_uuid, piece.days.from);
    return plan_piece_once(cluster, piece);
  }

  MonthPlan plan_piece_once(const ChosenCluster& cluster, const MonthPiece& piece) {
    const std::int64_t held = target_.elsewhere ? 0 : held_bytes_a_table_of(budget_, plans_);
    return plan_month(*store_, cluster.layout, cluster.tree, piece, plan_options(config_, held, &pool_));
  }

  void notice_again(Day from, const Error& error) {
    events_.message(Severity::kWarning,
                    fmt::format("{} and the days after it are listed and read again, once: {}", to_string(from), error.what()));
  }

  void notice_all(const MonthPlan& plan) {
    for (const std::string& notice : plan.notices) {
      if (config_.run.strict) throw Error(ErrorCode::kBadInput, notice + " (an error because of run.strict)");
      events_.message(Severity::kWarning, notice);
    }
    if (plan.files_without_rows > 0)
      events_.message(Severity::kInfo, fmt::format("{} files without rows skipped", plan.files_without_rows));
  }

  // A report period that is not configured is the sink's matter, month by month.
  ClusterIdentity identity_in(const ChosenCluster& cluster, const MonthPlan& plan) {
    ClusterIdentity identity = cluster.identity;
    if (!identity.report_period_id) identity.report_period_id = sink_->report_period(identity, plan.piece.days.from);
    return identity;
  }

  MonthWork choose_days(const ChosenCluster& cluster, MonthPlan&& plan) {
    MonthWork work{.plan = std::move(plan), .cluster = {}, .figures = {}, .choice = {}};
    work.cluster = identity_in(cluster, work.plan);
    work.figures = figures_config(config_, work.cluster);
    const Month month = work.plan.piece.month;
    const RecordedDays recorded =
        sink_->recorded_days(work.cluster.source_uuid, {Day{first_day(month).number - kDaysOfHistory}, last_day(month)});
    const std::vector<DayChange> changes = day_changes(work.plan, recorded, work.figures, *reference_);
    DayHistory& history = histories_[work.cluster.source_uuid];
    history.add_records(recorded);
    history.add_plan(changes);
    work.choice = target_.choose_days(work.cluster, work.plan, changes);
    work.plan.keep(work.choice.to_do);
    report_.days_unchanged += work.choice.unchanged;
    progress_.days += work.choice.to_do.size();
    std::size_t row_groups = 0;
    for (const DayGroup& group : work.plan.groups) {
      row_groups += group.row_groups.size();
      if (!group.row_groups.empty()) ++report_.day_groups;
      for (const PlannedRowGroup& row_group : group.row_groups) progress_.rows += static_cast<std::uint64_t>(row_group.rows);
    }
    report_.row_groups_read += row_groups;
    report_.row_groups_pruned += work.plan.row_groups_in_files - row_groups;
    return work;
  }

  // In the order of days with those that are written; nullopt: all that are left.
  void remove_gone(MonthWork& work, std::optional<Day> before) {
    std::deque<Day>& gone = work.choice.to_remove;
    for (; !gone.empty() && (!before || gone.front() < *before); gone.pop_front()) {
      sink_->remove_day({work.cluster.source_uuid, gone.front()});
      ++days_written_;
      ++report_.days_removed;
    }
  }

  void run_cluster(const ChosenCluster& cluster, std::vector<MonthWork>& months) {
    const auto done = [&] { return report_.days.size() + report_.failed_days.size() + report_.days_removed; };
    const std::size_t done_before = done();
    std::size_t unchanged = 0;
    for (MonthWork& work : months) {
      unchanged += work.choice.unchanged;
      run_month(cluster, work);
    }
    if (done() != done_before || months.empty()) return;
    events_.message(Severity::kInfo,
                    fmt::format("{} of cluster {} from {} to {}: nothing to write", unchanged == 0 ? "no rows" : "nothing new",
                                cluster.identity.source_uuid, to_string(cluster.window.from), to_string(cluster.window.to)));
  }

  void run_month(const ChosenCluster& cluster, MonthWork& work) {
    const bool is_second = listed_again_.contains({cluster.identity.source_uuid, work.plan.piece.days.from});
    const auto changed_day = run_days(work, is_second ? IfChanged::kRefuse : IfChanged::kStop);
    if (!changed_day) return;
    MonthPiece rest = work.plan.piece;
    rest.days.from = *changed_day;
    MonthWork again = choose_days(cluster, plan_piece_once(cluster, rest));
    if (target_.elsewhere) target_.elsewhere->announce(std::array{&std::as_const(again)}, *reference_);
    run_days(again, IfChanged::kRefuse);
  }

  enum class IfChanged { kStop, kRefuse };

  void announce(const std::vector<std::vector<MonthWork>>& work) {
    if (!target_.elsewhere) return;
    std::vector<const MonthWork*> months;
    for (const auto& of_cluster : work) {
      for (const MonthWork& month : of_cluster) months.push_back(&month);
    }
    target_.elsewhere->announce(months, *reference_);
  }

  std::unique_ptr<DaySource> open_days(const MonthWork& work) {
    DayHooks hooks{.reference = [this] { return config_.performance.cache_enabled_tags ? reference_ : load(); },
                   .encode = [this](std::shared_ptr<const DayRows> rows) { return sink_->encode(std::move(rows)); },
                   .on_rows_folded = [this](std::uint64_t rows) { count_rows(rows); },
                   .take_fold = {}};
    if (target_.elsewhere) return target_.elsewhere->open_days(work, std::move(hooks));
    return std::make_unique<MonthRun>(work.plan, *store_, work.cluster, month_options(config_, work.plan, read_ahead_bytes(), &pool_),
                                      std::move(hooks), budget_);
  }

  // Days are delivered until the first whose files changed since the plan, which is returned with IfChanged::kStop.
  std::optional<Day> run_days(MonthWork& work, IfChanged if_changed) {
    const std::unique_ptr<DaySource> month = open_days(work);
    double writing_seconds = 0;
    std::optional<Day> changed_day;
    const auto take_figures = [&] {
      const MonthRunFigures figures = month->figures();
      report_.bytes_fetched += figures.bytes_fetched;
      report_.seconds.reading += figures.reading_seconds;
      report_.seconds.aggregation += figures.aggregation_seconds;
      report_.seconds.finishing += figures.finishing_seconds;
      report_.seconds.writing += figures.encoding_seconds + writing_seconds;
      return figures;
    };
    const auto deliver_one = [&](DayOutcome&& outcome) {
      if (if_changed == IfChanged::kStop && outcome.refusal && outcome.refusal->code() == ErrorCode::kInputChanged) {
        notice_again(outcome.day, *outcome.refusal);
        changed_day = outcome.day;
        return false;
      }
      const auto writing = Clock::now();
      remove_gone(work, outcome.day);
      deliver(work, std::move(outcome));
      writing_seconds += seconds_since(writing);
      return true;
    };
    try {
      month->deliver_days(deliver_one, cancelled_);
    } catch (...) {
      take_figures();
      throw;
    }
    if (!changed_day) remove_gone(work, std::nullopt);
    const MonthRunFigures figures = take_figures();
    phase("read", "after reading", figures.reading_seconds);
    if (config_.performance.gc_after_aggregation)
      cleanup_memory([this](const std::string& line) { events_.message(Severity::kDebug, line); });
    phase("fold", "after aggregation", figures.aggregation_seconds - figures.finishing_seconds);
    phase("finish", "after finishing", figures.finishing_seconds);
    return changed_day;
  }

  // Writes a finished day, or deals with a refused one.
  void deliver(const MonthWork& work, DayOutcome&& outcome) {
    count_day();
    if (!outcome.refusal && outcome.encoded != nullptr && outcome.input_rows > 0)
      outcome.refusal = judge_.judge(work.plan, outcome, histories_[work.cluster.source_uuid]);
    if (outcome.refusal) {
      report_.failed_days.push_back({work.cluster.source_uuid, outcome.day, *outcome.refusal});
      // In one transaction one bad day rolls all back, so going on would be for nothing.
      if (!config_.run.keep_going || !config_.performance.incremental_db_writes || is_of_sink(outcome.refusal->code()))
        throw Error(*outcome.refusal);
      events_.message(Severity::kWarning, fmt::format("{} is not written: {}", to_string(outcome.day), outcome.refusal->what()));
      return;
    }
    if (outcome.encoded == nullptr) return;
    if (outcome.fan_outs.any()) events_.message(Severity::kWarning, fan_out_warning(outcome.day, outcome.fan_outs));
    const DayRecord record = record_of(work.plan, work.cluster, work.figures, *reference_, outcome);
    sink_->write_day(std::move(outcome.encoded), record);
    ++days_written_;
    if (outcome.input_rows == 0) return;
    const DayReport day{work.cluster.source_uuid, outcome.day, outcome.input_rows, record.rows, record.digest};
    report_.days.push_back(day);
    report_.input_rows += day.input_rows;
    report_.output_rows += day.output_rows;
    events_.day(day);
  }

  void count_rows(std::uint64_t rows) {
    RunProgress progress;
    {
      const std::lock_guard lock(progress_mutex_);
      progress_.rows_done += rows;
      progress = progress_;
    }
    events_.progress(progress);
  }

  void count_day() {
    const std::lock_guard lock(progress_mutex_);
    ++progress_.days_done;
  }

  std::int64_t read_ahead_bytes() const { return read_ahead_bytes_of(budget_, store_->costs()); }

  const RunTarget& target_;
  const Config& config_;
  const RunEvents& events_;
  const std::atomic<bool>& cancelled_;
  MemoryBudget budget_;
  ProcessCeiling ceiling_;
  CappedPool pool_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<const ReferenceData> reference_;
  std::vector<std::vector<MonthPlan>> plans_;           // by cluster
  std::set<std::pair<std::string, Day>> listed_again_;  // months, by cluster and first day
  std::unique_ptr<Sink> sink_;
  DayJudge judge_;
  std::map<std::string, DayHistory> histories_;  // by cluster
  RunReport report_;
  std::size_t days_written_ = 0;  // also those that became empty
  std::mutex progress_mutex_;
  RunProgress progress_;
};

}  // namespace

std::string described(const PhaseReport& phase) {
  return fmt::format("memory usage: {}: memory={:.1f} MiB peak={:.1f} MiB duration={:.3f}s", phase.stage,
                     mib_of(phase.memory.resident_bytes), mib_of(phase.memory.peak_bytes), phase.duration_seconds);
}

RunReport run_into(const RunTarget& target, const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled) {
  return Run(target, config, events, cancelled).run();
}

RunReport run(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled) {
  const auto open = [&](arrow::MemoryPool* pool) { return open_sink(config.run.sink, sink_options(config, events, cancelled, pool)); };
  return run_into({.open_sink = open, .choose_days = choose_new_days(config, events)}, config, events, cancelled);
}

}  // namespace costmill
