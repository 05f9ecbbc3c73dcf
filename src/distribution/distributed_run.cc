#include "distribution/distributed_run.h"

#include <map>

#include "distribution/remote_sink.h"
#include "distribution/task_maker.h"
#include "distribution/worker_settings.h"
#include "run/day_choice.h"
#include "run/run_options.h"

namespace costmill {
namespace {

// Answers for the days of a month by the results of its tasks.
class RemoteMonth final : public DaySource {
 public:
  RemoteMonth(const MonthWork& work, std::map<std::pair<std::string, Day>, std::string>& keys, TaskResults& results, DayHooks hooks,
              bool write_empty_days)
      : work_(work), keys_(keys), results_(results), hooks_(std::move(hooks)), write_empty_days_(write_empty_days) {}

  void deliver_days(const std::function<bool(DayOutcome&&)>& deliver, const std::atomic<bool>& cancelled) override {
    for (const DayGroup& group : work_.plan.groups) {
      std::map<Day, DayOutcome> outcomes = outcomes_of(group, cancelled);
      for (auto& [day, outcome] : outcomes) {
        if (!deliver(std::move(outcome))) return;
      }
    }
  }

  MonthRunFigures figures() const override { return figures_; }

 private:
  std::map<Day, DayOutcome> outcomes_of(const DayGroup& group, const std::atomic<bool>& cancelled) {
    std::map<Day, DayOutcome> outcomes;
    for (Day day = group.days.from; day <= group.days.to; day = day.next()) {
      if (!work_.plan.left_out.contains(day)) outcomes.emplace(day, outcome_without_rows(day));
    }
    const auto key = keys_.find({work_.cluster.source_uuid, group.days.from});
    if (key == keys_.end()) return outcomes;
    try {
      add(results_.take(key->second, cancelled), outcomes);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kCancelled) throw;
      for (auto& [day, outcome] : outcomes) {
        if (!outcome.refusal) outcome.refusal = error;
      }
    }
    keys_.erase(key);
    return outcomes;
  }

  DayOutcome outcome_without_rows(Day day) {
    DayOutcome outcome{.day = day, .encoded = nullptr};
    if (const auto refused = work_.plan.refused.find(day); refused != work_.plan.refused.end()) {
      outcome.refusal = refused->second;
    } else if (write_empty_days_) {
      auto rows = std::make_shared<DayRows>();
      rows->cluster = work_.cluster;
      rows->day = day;
      outcome.encoded = hooks_.encode(std::move(rows));
    }
    return outcome;
  }

  void add(const TaskReceipt& receipt, std::map<Day, DayOutcome>& outcomes) {
    figures_.rows_folded += receipt.figures.rows_folded;
    figures_.bytes_fetched += receipt.figures.bytes_fetched;
    figures_.reading_seconds += receipt.figures.reading_seconds;
    figures_.aggregation_seconds += receipt.figures.aggregation_seconds;
    figures_.finishing_seconds += receipt.figures.finishing_seconds;
    figures_.encoding_seconds += receipt.figures.encoding_seconds;
    for (const DayReceipt& day : receipt.days) {
      DayOutcome& outcome = outcomes.at(day.day);
      outcome.refusal = day.refusal;
      if (day.refusal) continue;
      outcome.input_rows = day.input_rows;
      outcome.fan_outs = day.fan_outs;
      outcome.hours = day.hours;
      outcome.sanity = day.sanity;
      outcome.totals = day.totals;
      outcome.encoded = day.is_written ? std::make_unique<RemoteDay>(day, receipt.staged) : nullptr;
    }
  }

  const MonthWork& work_;
  std::map<std::pair<std::string, Day>, std::string>& keys_;
  TaskResults& results_;
  DayHooks hooks_;
  bool write_empty_days_;
  MonthRunFigures figures_;
};

}  // namespace

RunReport run_distributed(const Settings& settings, const Config& config, Dispatcher& dispatcher, TaskResults& results,
                          const RunEvents& events, const std::atomic<bool>& cancelled) {
  Staging staging(config.run.sink);
  const TaskMaker maker(settings_for_workers(settings, config), staging.folder().string(), config);
  std::map<std::pair<std::string, Day>, std::string> keys;  // by cluster and first day of a group

  const auto announce = [&](std::span<const MonthWork* const> months, const ReferenceData& reference) {
    std::vector<Submission> tasks;
    const std::string digest = reference_digest_of(reference);
    for (const MonthWork* const month : months) {
      // Of a month that is planned again, what was asked for before counts no longer.
      const auto of_day = [&](Day day) { return keys.lower_bound({month->cluster.source_uuid, day}); };
      keys.erase(of_day(month->plan.piece.days.from), of_day(month->plan.piece.days.to.next()));
      for (const DayGroup& group : month->plan.groups) {
        if (group.row_groups.empty()) continue;
        tasks.push_back(maker.submission_of(*month, group, digest));
        results.expect(tasks.back().key);
        staging.note(tasks.back().key);
        keys[{month->cluster.source_uuid, group.days.from}] = tasks.back().key;
      }
    }
    if (!tasks.empty()) staging.make();
    if (!tasks.empty()) dispatcher.submit(std::move(tasks));
  };
  const auto open_days = [&](const MonthWork& work, DayHooks hooks) -> std::unique_ptr<DaySource> {
    results.on_rows(hooks.on_rows_folded);
    return std::make_unique<RemoteMonth>(work, keys, results, std::move(hooks), config.run.full);
  };
  const auto open = [&](arrow::MemoryPool* pool) -> std::unique_ptr<Sink> {
    return std::make_unique<RemoteSink>(open_sink(config.run.sink, sink_options(config, events, cancelled, pool)), staging);
  };
  struct NoCallback {
    ~NoCallback() { results.on_rows({}); }
    TaskResults& results;
  } no_callback{results};  // into a run that is over
  return run_into({.open_sink = open, .choose_days = choose_new_days(config, events), .elsewhere = Elsewhere{announce, open_days}}, config,
                  events, cancelled);
}

}  // namespace costmill
