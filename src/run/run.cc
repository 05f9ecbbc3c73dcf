#include "run/run.h"

#include <arrow/io/interfaces.h>
#include <arrow/util/thread_pool.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <thread>

#include "costmill/version.h"
#include "memory/memory.h"
#include "run/clusters.h"
#include "run/month_run.h"
#include "run/postgres_settings.h"
#include "run/stopwatch.h"
#include "run/update_nodes.h"
#include "sink/digest.h"
#include "sink/sink.h"

namespace costmill {
namespace {

// Without a limit of its own a run takes at most this share of the machine (or container), so that the rest of it lives.
constexpr double kShareOfMachine = 0.8;
// Row groups read ahead take at most this share of the memory limit, as tables and decoding need the rest, and never more than keeps
// the workers busy.
constexpr std::int64_t kReadAheadShare = 8;
constexpr std::int64_t kMostReadAheadBytes = 32 << 20;

std::int64_t memory_limit_of(const Config& config) {
  if (config.performance.memory_limit_bytes > 0) return config.performance.memory_limit_bytes;
  return static_cast<std::int64_t>(static_cast<double>(machine_memory_bytes()) * kShareOfMachine);
}

int workers_of(const Config& config) { return std::max(1, config.performance.max_workers); }

bool derives_roles(const Config& config) { return !config.run.reference; }

PlanOptions plan_options(const Config& config, arrow::MemoryPool* pool) {
  return {.pods = config.features.pod_aggregation,
          .storage = config.features.storage_aggregation,
          .derive_roles = derives_roles(config),
          .parallel_readers = config.performance.parallel_readers,
          .read = {.pool = pool}};
}

std::int64_t read_ahead_bytes_of(const MemoryBudget& budget) {
  return std::min(budget.limit_bytes() / kReadAheadShare, kMostReadAheadBytes);
}

// Streaming bounds the read-ahead. `auto` streams what is both many rows and many bytes.
bool is_bounded(const Config& config, const MonthPlan& plan, std::int64_t read_ahead_bytes) {
  if (config.performance.use_streaming != Streaming::kAuto) return config.performance.use_streaming == Streaming::kOn;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  for (const DayGroup& group : plan.groups) {
    for (const PlannedRowGroup& row_group : group.row_groups) {
      rows += row_group.rows;
      bytes += row_group.compressed_bytes;
    }
  }
  return rows > config.performance.streaming_threshold_rows && bytes > read_ahead_bytes;
}

MonthRunOptions month_options(const Config& config, const MonthPlan& plan, const MemoryBudget& budget, arrow::MemoryPool* pool) {
  const std::int64_t read_ahead_bytes = read_ahead_bytes_of(budget);
  MonthRunOptions options;
  options.fold = {.first_day = plan.piece.days.from,
                  .last_day = plan.piece.days.to,
                  .pods = config.features.pod_aggregation,
                  .storage = config.features.storage_aggregation,
                  .unallocated = config.features.unallocated_capacity,
                  .cost_category = config.features.cost_category,
                  .derive_roles = derives_roles(config)};
  options.scan = {.chunk_rows = static_cast<std::size_t>(config.performance.chunk_size_rows),
                  .coding = config.performance.use_categorical ? TextCoding::kDictionaryCodes : TextCoding::kPlainText,
                  .pool = pool,
                  .only_wanted_columns = config.performance.column_filtering};
  options.read_ahead = {.readers = config.performance.parallel_readers,
                        .budget_bytes = read_ahead_bytes,
                        .bounded = is_bounded(config, plan, read_ahead_bytes),
                        .only_wanted_columns = config.performance.column_filtering,
                        .derive_roles = derives_roles(config),
                        .pool = pool};
  options.workers = workers_of(config);
  options.workers_share_days = config.performance.parallel_chunks;
  options.write_empty_days = config.run.full;
  options.keep_chunks = !config.performance.delete_intermediate_dfs;
  return options;
}

std::string config_digest(const Config& config, const ClusterIdentity& cluster) {
  std::string text = fmt::format("pods {}\nstorage {}\nunallocated {}\ncost_category {}\n", config.features.pod_aggregation,
                                 config.features.storage_aggregation, config.features.unallocated_capacity, config.features.cost_category);
  text += fmt::format("cluster {}\nid {}\nalias {}\nperiod {}\n", cluster.source_uuid, cluster.cluster_id, cluster.cluster_alias,
                      cluster.report_period_id ? std::to_string(*cluster.report_period_id) : "NULL");
  text += fmt::format("layout {}\n", config.run.layout == LayoutKind::kKoku ? "koku" : "poc");
  return hex_digest(text);
}

std::string fan_out_warning(Day day, const FanOuts& fan_outs) {
  const std::pair<std::size_t, const char*> counts[] = {
      {fan_outs.nodes_with_several_label_sets, "nodes with several label sets"},
      {fan_outs.namespaces_with_several_label_sets, "namespaces with several label sets"},
      {fan_outs.namespaces_in_several_categories, "namespaces that match several cost category patterns"},
      {fan_outs.claims_with_several_volumes, "claims bound to several volumes"},
      {fan_outs.volume_pods_with_several_placements, "pods with volumes that ran in several places"},
  };
  std::vector<std::string> found;
  for (const auto& [count, what] : counts) {
    if (count > 0) found.push_back(fmt::format("{} {}", count, what));
  }
  return fmt::format("{}: sums count several times, as in the reference (docs/rules.md, \"Fan-outs\"): {}", to_string(day),
                     fmt::join(found, ", "));
}

std::vector<FileFingerprint> fingerprints(const MonthPlan& plan, Day day) {
  std::vector<FileFingerprint> prints;
  for (const StoredFile& file : plan.files_of(day)) prints.push_back({file.path, file.bytes, file.version});
  return prints;
}

// What would fail all other days, too.
bool is_of_sink(ErrorCode code) {
  return code == ErrorCode::kSinkUnavailable || code == ErrorCode::kSinkDenied || code == ErrorCode::kConflict;
}

PostgresSettings logged_settings(const Config& config, const RunEvents& events) {
  PostgresSettings settings = postgres_settings(config.postgres);
  if (config.logging.show_sql) {
    settings.on_sql = [&events](std::string_view sql, double seconds) {
      events.message(Severity::kInfo, fmt::format("sql ({:.4f} s): {}", seconds, sql));
    };
  }
  return settings;
}

SinkOptions sink_options(const Config& config, const RunEvents& events, arrow::MemoryPool* pool) {
  return {.commit = config.performance.incremental_db_writes ? Commit::kEachDay : Commit::kWholeRun,
          .numeric = config.run.numeric == Numeric::kDecimal ? NumericOutput::kDecimal : NumericOutput::kFloat64,
          .pool = pool,
          .postgres = {.settings = logged_settings(config, events),
                       .connections = config.postgres.connections,
                       .replaced = config.postgres.replace == Replace::kOwnRows ? ReplacedRows::kOwn : ReplacedRows::kKokus,
                       .bulk_copy = config.performance.use_bulk_copy,
                       .insert_rows = static_cast<std::size_t>(config.performance.db_batch_size_rows),
                       .validated_rows = config.validation.enabled ? static_cast<std::size_t>(config.validation.sample_size_rows) : 0,
                       .on_notice = [&events](const std::string& notice) { events.message(Severity::kWarning, notice); }}};
}

// One run from begin to end; a class so that its steps share what they need.
class Run {
 public:
  Run(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled)
      : config_(config),
        events_(events),
        cancelled_(cancelled),
        budget_(memory_limit_of(config)),
        pool_(*arrow::system_memory_pool(), budget_),  // gives memory back, which Arrow's own allocators do late
        store_(open_store(config.run.input)) {}

  RunReport run() {
    const auto begin = Clock::now();
    stage("start", 0);
    (void)arrow::io::SetIOThreadPoolCapacity(config_.performance.parallel_readers);
    const std::vector<ChosenCluster> clusters = prepare();
    plan_all(clusters);
    report_.seconds.planning = seconds_since(begin);
    sink_ = open_sink(config_.run.sink, sink_options(config_, events_, &pool_));
    try {
      for (std::size_t i = 0; i < clusters.size(); ++i) run_cluster(clusters[i], plans_[i]);
    } catch (...) {
      keep_whole_days();
      throw;
    }
    const auto writing = Clock::now();
    sink_->finish();
    report_.seconds.writing += seconds_since(writing);
    report_.seconds.wall = seconds_since(begin);
    stage("after write", report_.seconds.writing);
    report_.sink = sink_->figures();
    report_.memory = memory_usage();
    return std::move(report_);
  }

 private:
  // What was written before a failure stays, unless the whole run is one transaction. Where nothing was, the sink stays as it is.
  void keep_whole_days() {
    if (!config_.performance.incremental_db_writes || days_written_ == 0) return;
    try {
      sink_->finish();
    } catch (const Error& error) {
      events_.message(Severity::kWarning, fmt::format("days written before the failure may be missing: {}", error.what()));
    }
  }

  void stage(const char* name, double phase_seconds) {
    log_memory_usage(
        name, [&](const std::string& line) { events_.message(Severity::kInfo, fmt::format("{} duration={:.3f}s", line, phase_seconds)); });
  }

  // Reference data is read after the node tables are up to date, so that the same run sees them.
  std::vector<ChosenCluster> prepare() {
    if (!config_.run.update_nodes) {
      reference_ = load();
      return choose_clusters(config_, *store_);
    }
    const PostgresTarget database = node_database(config_, logged_settings(config_, events_));
    std::vector<ChosenCluster> clusters = choose_clusters(config_, *store_);
    update_nodes(database, clusters,
                 {.config = config_,
                  .store = *store_,
                  .budget = budget_,
                  .pool = &pool_,
                  .read_ahead_bytes = read_ahead_bytes_of(budget_),
                  .events = events_,
                  .cancelled = cancelled_});
    reference_ = load();
    return clusters;
  }

  std::shared_ptr<const ReferenceData> load() const {
    return std::make_shared<const ReferenceData>(
        load_reference(config_.run.reference.value_or(""), config_.enabled_label_keys, logged_settings(config_, events_)));
  }

  void plan_all(const std::vector<ChosenCluster>& clusters) {
    if (!config_.run.reference) {
      events_.message(Severity::kInfo, config_.enabled_label_keys
                                           ? "no --reference: no cost categories, node roles come from the rows"
                                           : "no --reference: all label keys are kept, no cost categories, node roles come from the rows");
    }
    for (const ChosenCluster& cluster : clusters) {
      auto& months = plans_.emplace_back();
      for (const MonthPiece& piece : cut_at_month_ends(cluster.window)) {
        months.push_back(plan_month(*store_, cluster.layout, cluster.tree, piece, plan_options(config_, &pool_)));
        notice_all(months.back());
        for (const DayGroup& group : months.back().groups) {
          for (const PlannedRowGroup& row_group : group.row_groups) progress_.rows += static_cast<std::uint64_t>(row_group.rows);
        }
        progress_.days += static_cast<std::size_t>(piece.days.to.number - piece.days.from.number + 1);
        report_.files += months.back().files.size();
        report_.files_without_rows += months.back().files_without_rows;
      }
    }
  }

  void notice_all(const MonthPlan& plan) {
    for (const std::string& notice : plan.notices) {
      if (config_.run.strict) throw Error(ErrorCode::kBadInput, notice + " (an error because of run.strict)");
      events_.message(Severity::kWarning, notice);
    }
    if (plan.files_without_rows > 0)
      events_.message(Severity::kInfo, fmt::format("{} files without rows skipped", plan.files_without_rows));
  }

  void run_cluster(const ChosenCluster& cluster, const std::vector<MonthPlan>& months) {
    const std::size_t days_before = report_.days.size();
    const std::size_t failed_before = report_.failed_days.size();
    for (const MonthPlan& plan : months) run_month(identity_in(cluster, plan), plan);
    if (report_.days.size() == days_before && report_.failed_days.size() == failed_before) {
      events_.message(Severity::kInfo, fmt::format("no rows of cluster {} from {} to {}: nothing to write", cluster.identity.source_uuid,
                                                   to_string(cluster.window.from), to_string(cluster.window.to)));
    }
  }

  // A report period that is not configured is the sink's matter, month by month.
  ClusterIdentity identity_in(const ChosenCluster& cluster, const MonthPlan& plan) {
    ClusterIdentity identity = cluster.identity;
    if (!identity.report_period_id) identity.report_period_id = sink_->report_period(identity, plan.piece.days.from);
    return identity;
  }

  void run_month(const ClusterIdentity& cluster, const MonthPlan& plan) {
    const std::string digest = config_digest(config_, cluster);
    MonthRun month(plan, *store_, cluster, month_options(config_, plan, budget_, &pool_),
                   {.reference = [this] { return config_.performance.cache_enabled_tags ? reference_ : load(); },
                    .encode = [this](std::shared_ptr<const DayRows> rows) { return sink_->encode(std::move(rows)); },
                    .on_rows_folded = [this](std::uint64_t rows) { count_rows(rows); }},
                   budget_);
    double writing_seconds = 0;
    month.deliver_days(
        [&](DayOutcome&& outcome) {
          const auto writing = Clock::now();
          deliver(cluster, plan, digest, std::move(outcome));
          writing_seconds += seconds_since(writing);
          return true;
        },
        cancelled_);
    const MonthRunFigures figures = month.figures();
    report_.seconds.reading += figures.reading_seconds;
    report_.seconds.aggregation += figures.aggregation_seconds;
    report_.seconds.writing += figures.encoding_seconds + writing_seconds;
    report_.bytes_read += figures.bytes_read;
    stage("after reading", figures.reading_seconds);
    if (config_.performance.gc_after_aggregation)
      cleanup_memory([this](const std::string& line) { events_.message(Severity::kDebug, line); });
    stage("after aggregation", figures.aggregation_seconds);
  }

  // Writes a finished day, or deals with a refused one.
  void deliver(const ClusterIdentity& cluster, const MonthPlan& plan, const std::string& digest, DayOutcome&& outcome) {
    count_day();
    if (outcome.refusal) {
      // In one transaction one bad day rolls all back, so going on would be for nothing.
      if (!config_.run.keep_going || !config_.performance.incremental_db_writes || is_of_sink(outcome.refusal->code()))
        throw Error(*outcome.refusal);
      events_.message(Severity::kWarning, fmt::format("{} is not written: {}", to_string(outcome.day), outcome.refusal->what()));
      report_.failed_days.push_back({cluster.source_uuid, outcome.day, *outcome.refusal});
      return;
    }
    if (outcome.encoded == nullptr) return;
    if (outcome.fan_outs.any()) events_.message(Severity::kWarning, fan_out_warning(outcome.day, outcome.fan_outs));
    const DayRecord record{.source_uuid = cluster.source_uuid,
                           .day = outcome.day,
                           .files = fingerprints(plan, outcome.day),
                           .reference_digest = reference_->digest(),
                           .config_digest = digest,
                           .program_version = kVersion,
                           .rows = outcome.encoded->row_count,
                           .digest = outcome.encoded->digest};
    sink_->write_day(std::move(outcome.encoded), record);
    ++days_written_;
    if (outcome.input_rows == 0) return;
    const DayReport day{cluster.source_uuid, outcome.day, outcome.input_rows, record.rows};
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

  const Config& config_;
  const RunEvents& events_;
  const std::atomic<bool>& cancelled_;
  MemoryBudget budget_;
  CappedPool pool_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<const ReferenceData> reference_;
  std::vector<std::vector<MonthPlan>> plans_;  // by cluster
  std::unique_ptr<Sink> sink_;
  RunReport report_;
  std::size_t days_written_ = 0;  // also those that became empty
  std::mutex progress_mutex_;
  RunProgress progress_;
};

}  // namespace

RunReport run(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled) {
  return Run(config, events, cancelled).run();
}

std::vector<ClusterPlan> plan(const Config& config) {
  const std::unique_ptr<Store> store = open_store(config.run.input);
  std::vector<ClusterPlan> plans;
  for (const ChosenCluster& cluster : choose_clusters(config, *store)) {
    ClusterPlan& plan = plans.emplace_back(ClusterPlan{cluster.identity, cluster.tree, cluster.window, {}});
    for (const MonthPiece& piece : cut_at_month_ends(cluster.window)) {
      plan.months.push_back(plan_month(*store, cluster.layout, cluster.tree, piece, plan_options(config, arrow::default_memory_pool())));
    }
  }
  return plans;
}

}  // namespace costmill
