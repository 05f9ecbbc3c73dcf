#include "distribution/day_job.h"

#include <arrow/memory_pool.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "changes/figures_config.h"
#include "distribution/worker_settings.h"
#include "run/day_judge.h"
#include "run/day_record_of.h"
#include "run/month_run.h"
#include "run/run_options.h"
#include "sink/pending_file.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSinkName = "days";

Config config_of(const DayTask& task, const WorkerShare& share) {
  Config config = config_of_worker(task.settings);
  config.performance.max_workers = share.threads;
  config.performance.memory_limit_bytes = share.memory_bytes;
  config.postgres.connections = 1;
  config.run.full = task.write_empty_days;
  return config;
}

DaySanity in_words(const MonthPlan& plan, const DaySanity& sanity) {
  DaySanity words;
  for (std::size_t i = 0; i < kSanityChecks; ++i) {
    const auto check = static_cast<SanityCheck>(i);
    if (sanity[check].count > 0) words.add(check, in_words(plan, sanity[check].example), sanity[check].count);
  }
  return words;
}

DayReceipt receipt_of(const MonthPlan& plan, const DayOutcome& outcome) {
  DayReceipt receipt{.day = outcome.day,
                     .is_written = outcome.encoded != nullptr,
                     .input_rows = outcome.input_rows,
                     .fan_outs = outcome.fan_outs,
                     .hours = outcome.hours,
                     .sanity = in_words(plan, outcome.sanity),
                     .totals = outcome.totals};
  if (outcome.encoded != nullptr) {
    receipt.rows = outcome.encoded->row_count;
    receipt.digest = outcome.encoded->digest;
  }
  return receipt;
}

std::string random_suffix() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

std::shared_ptr<LabelMaps> WorkerReference::take_labels() {
  const std::lock_guard lock(mutex_);
  if (labels_.empty()) return std::make_shared<LabelMaps>(data_->enabled_keys);
  std::shared_ptr<LabelMaps> labels = std::move(labels_.back());
  labels_.pop_back();
  return labels;
}

void WorkerReference::give_back(std::shared_ptr<LabelMaps> labels) {
  const std::lock_guard lock(mutex_);
  if (labels->memory_bytes() < kMostLabelBytes) labels_.push_back(std::move(labels));
}

// Where a sink of files is made; what is not renamed by the end goes.
class DayJob::StagedFolder {
 public:
  explicit StagedFolder(fs::path path) : path_(std::move(path)) {
    std::error_code error;
    if (fs::create_directory(path_, error)) return;
    throw Error(
        ErrorCode::kSinkUnavailable,
        fmt::format("cannot make the folder {}: {}; workers need the sink's folder at the same path as the client, and the run must "
                    "still be under way",
                    path_.string(), error.message()),
        {.file = path_.string()});
  }
  ~StagedFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// What folding and writing share; members in the order in which they need each other.
struct DayJob::Work {
  Work(const DayTask& day_task, const Config& run_config, std::shared_ptr<WorkerReference> kept, const std::atomic<bool>& cancelled)
      : task(day_task),
        config(run_config),
        reference(std::move(kept)),
        labels(reference ? reference->take_labels() : nullptr),
        budget(memory_limit_of(config)),
        pool(*arrow::system_memory_pool(), budget),
        store(open_store(config.run.input, config.s3, &cancelled)) {}

  MonthRunOptions options() { return month_options(config, task.plan, read_ahead_bytes_of(budget, store->costs()), &pool); }

  void begin() {
    run = std::make_unique<MonthRun>(task.plan, *store, task.cluster, options(),
                                     DayHooks{.reference = [this] { return reference->data(); },
                                              .encode =
                                                  [this](std::shared_ptr<const DayRows> rows) {
                                                    return sink ? sink->encode(std::move(rows))
                                                                : std::make_unique<EncodedDay>(std::move(rows));
                                                  },
                                              .on_rows_folded = [](std::uint64_t) {},
                                              .labels = labels,
                                              .take_fold = {}},
                                     budget, std::exchange(folded, std::nullopt));
  }

  const DayTask& task;
  const Config& config;
  std::shared_ptr<WorkerReference> reference;
  std::shared_ptr<LabelMaps> labels;
  MemoryBudget budget;
  CappedPool pool;
  std::unique_ptr<Store> store;
  std::unique_ptr<Sink> sink;  // null while days are held
  std::unique_ptr<MonthRun> run;
  std::optional<Fold> folded;
  std::optional<DayOutcome> held;
};

DayJob::DayJob(const std::string& task_json, const WorkerShare& share)
    : task_(task_from(task_json)), key_(task_.key(task_json)), config_(config_of(task_, share)) {}

DayJob::~DayJob() = default;

std::optional<TaskReceipt> DayJob::staged_receipt() const {
  if (task_.staging.empty()) return std::nullopt;
  const fs::path folder = fs::path(task_.staging) / key_;
  std::ifstream file(folder / kReceiptFile);
  if (!file) return std::nullopt;
  const TaskReceipt receipt = receipt_from({std::istreambuf_iterator<char>(file), {}});
  const std::string uri = fmt::format("{}:{}", file_sink_of(config_.run.sink).kind, (folder / kSinkName).string());
  const RecordedDays there = open_sink_reader(uri)->recorded_days(task_.cluster.source_uuid, task_.plan.piece.days);
  const auto is_there = [&](const DayReceipt& day) {
    return !day.is_written || std::any_of(there.records.begin(), there.records.end(), [&](const DayRecord& record) {
      return record.day == day.day && record.digest == day.digest && !there.unsure.contains(day.day);
    });
  };
  return std::all_of(receipt.days.begin(), receipt.days.end(), is_there) ? std::optional(receipt) : std::nullopt;
}

std::shared_ptr<WorkerReference> DayJob::load_reference(const std::atomic<bool>& cancelled) const {
  const RunEvents silent;
  return std::make_shared<WorkerReference>(std::make_shared<const ReferenceData>(
      costmill::load_reference(config_.run.reference.value_or(""), config_.enabled_label_keys, run_settings(config_, silent, cancelled))));
}

std::string DayJob::fold_part(const std::atomic<bool>& cancelled) {
  Work work(task_, config_, nullptr, cancelled);
  std::string bytes;
  MonthRun run(task_.plan, *work.store, task_.cluster, work.options(),
               {.reference = {},
                .encode = {},
                .on_rows_folded = [](std::uint64_t) {},
                .labels = nullptr,
                .take_fold = [&](Fold&& fold) { bytes = fold.to_bytes(); }},
               work.budget);
  run.deliver_days(
      [](DayOutcome&& outcome) {
        if (outcome.refusal) throw Error(*outcome.refusal);
        return true;
      },
      cancelled);
  return bytes;
}

void DayJob::fold_days(std::shared_ptr<WorkerReference> reference, const std::vector<std::string>& parts,
                       const std::atomic<bool>& cancelled) {
  if (reference_digest_of(*reference->data()) != task_.reference) {
    throw Error(ErrorCode::kConflict,
                "reference data changed while the run was under way, or this worker reads another than the client; "
                "run again");
  }
  work_ = std::make_shared<Work>(task_, config_, std::move(reference), cancelled);
  for (const std::string& part : parts) {
    Fold fold = Fold::from_bytes(part, work_->options().fold);
    if (work_->folded) {
      work_->folded->merge(fold);
    } else {
      work_->folded = std::move(fold);
    }
  }
  const bool is_one_day = task_.plan.piece.days.from == task_.plan.piece.days.to;
  if (!is_one_day || !task_.staging.empty()) return;
  work_->begin();
  work_->run->deliver_days(
      [&](DayOutcome&& outcome) {
        work_->held = std::move(outcome);
        return true;
      },
      cancelled);
}

void DayJob::write_days(const std::atomic<bool>& cancelled) {
  try {
    if (task_.staging.empty()) {
      receipt_ = write_into(config_.run.sink, cancelled);
    } else {
      const FileSink target = file_sink_of(config_.run.sink);
      staged_ = std::make_unique<StagedFolder>(fs::path(task_.staging) / fmt::format("{}.{}", key_, random_suffix()));
      receipt_ = write_into(fmt::format("{}:{}", target.kind, (staged_->path() / kSinkName).string()), cancelled);
    }
    work_.reset();
  } catch (...) {
    work_.reset();
    staged_.reset();
    throw;
  }
}

TaskReceipt DayJob::write_into(const std::string& sink_uri, const std::atomic<bool>& cancelled) {
  const RunEvents silent;
  SinkOptions options = sink_options(config_, silent, cancelled, &work_->pool);
  options.is_staged = !task_.staging.empty();
  work_->sink = open_sink(sink_uri, options);
  Sink& sink = *work_->sink;
  const FiguresConfig figures = figures_config(config_, task_.cluster);
  TaskReceipt receipt;
  const auto write = [&](DayOutcome&& outcome) {
    if (outcome.refusal) {
      receipt.days.push_back({.day = outcome.day, .refusal = std::move(outcome.refusal)});
      return true;
    }
    receipt.days.push_back(receipt_of(task_.plan, outcome));
    if (outcome.encoded == nullptr) return true;
    const DayRecord record = record_of(task_.plan, task_.cluster, figures, *work_->reference->data(), outcome);
    // A task may be repeated after its day was committed: its worker, or the news of it, was lost.
    const std::vector<DayRecord> there = sink.recorded_days(task_.cluster.source_uuid, {outcome.day, outcome.day}).records;
    if (!task_.write_empty_days && std::find(there.begin(), there.end(), record) != there.end()) return true;
    sink.write_day(std::move(outcome.encoded), record);
    return true;
  };
  if (work_->held) {
    work_->held->encoded = work_->held->encoded ? sink.encode(work_->held->encoded->rows) : nullptr;
    write(std::move(*std::exchange(work_->held, std::nullopt)));
  } else {
    work_->begin();
    work_->run->deliver_days(write, cancelled);
  }
  sink.finish();
  receipt.figures = work_->run->figures();
  receipt.figures.bytes_fetched = work_->store->bytes_fetched();
  if (task_.share == DayTask::Share::kFinish) receipt.figures.rows_folded = static_cast<std::uint64_t>(task_.rows());  // by its parts
  work_->run.reset();
  work_->sink.reset();
  work_->reference->give_back(std::move(work_->labels));
  return receipt;
}

// Attempts of one task may run side by side; the first that ends wins.
TaskReceipt DayJob::publish() {
  if (!receipt_) throw Error(ErrorCode::kBug, "publish() without write_days() before it");
  TaskReceipt receipt = *std::exchange(receipt_, std::nullopt);
  const auto staged = std::move(staged_);
  if (staged == nullptr) return receipt;
  const fs::path& folder = staged->path();
  fs::path final_folder = fs::path(task_.staging) / key_;
  // A refusal may pass, so no later attempt is to find it.
  const bool is_whole =
      std::none_of(receipt.days.begin(), receipt.days.end(), [](const DayReceipt& day) { return day.refusal.has_value(); });
  if (!is_whole) final_folder += "." + random_suffix();
  receipt.staged = (final_folder / kSinkName).string();
  // A Parquet file is taken over as it lies here, the content of others is copied.
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".parquet") sync_file(entry->path());
  }
  PendingFile file(folder / kReceiptFile, Durability::kNone);
  file.write(to_json(receipt));
  file.publish();
  fs::rename(folder, final_folder, error);
  if (!error) return receipt;
  if (auto other = staged_receipt()) return *std::move(other);
  // What an earlier run has begun to take over.
  fs::remove_all(final_folder, error);
  fs::rename(folder, final_folder, error);
  if (!error) return receipt;
  throw Error(ErrorCode::kSinkUnavailable, fmt::format("cannot rename {}: {}", folder.string(), error.message()),
              {.file = folder.string()});
}

}  // namespace costmill
