#include <algorithm>

#include "changes/figures_config.h"
#include "run/clusters.h"
#include "run/postgres_settings.h"
#include "run/run.h"
#include "run/run_options.h"

namespace costmill {
namespace {

// Where no run has been, there is nothing to read.
std::unique_ptr<SinkReader> open_reader(const Config& config) {
  return sink_exists(config.run.sink) ? open_sink_reader(config.run.sink, postgres_settings(config.postgres)) : nullptr;
}

PlannedMonth planned(const Config& config, ClusterIdentity cluster, MonthPlan&& month, const ReferenceData& reference, SinkReader* sink) {
  const Month of = month.piece.month;
  RecordedDays recorded;
  if (sink != nullptr) {
    if (!cluster.report_period_id) cluster.report_period_id = sink->report_period(cluster, month.piece.days.from);
    recorded = sink->recorded_days(cluster.source_uuid, {first_day(of), last_day(of)});
  }
  std::vector<DayChange> changes = day_changes(month, recorded, figures_config(config, cluster), reference);
  return {std::move(month), std::move(changes)};
}

}  // namespace

std::vector<ClusterPlan> plan(const Config& config, const std::atomic<bool>& cancelled) {
  const std::unique_ptr<Store> store = open_store(config.run.input, config.s3, &cancelled);
  const ReferenceData reference =
      load_reference(config.run.reference.value_or(""), config.enabled_label_keys, postgres_settings(config.postgres));
  std::vector<ClusterPlan> plans;
  for (const ChosenCluster& cluster : choose_clusters(config, *store)) {
    ClusterPlan& plan = plans.emplace_back(ClusterPlan{cluster.identity, cluster.tree, cluster.window, {}});
    std::vector<MonthPlan> months;
    for (const MonthPiece& piece : cluster.pieces)
      months.push_back(plan_month(*store, cluster.layout, cluster.tree, piece, plan_options(config, 0, arrow::default_memory_pool())));
    const std::unique_ptr<SinkReader> sink = open_reader(config);
    for (MonthPlan& month : months) plan.months.push_back(planned(config, cluster.identity, std::move(month), reference, sink.get()));
  }
  return plans;
}

}  // namespace costmill
