#include "run/summarize.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "run/clusters.h"
#include "run/day_choice.h"
#include "run/postgres_settings.h"
#include "run/run_options.h"
#include "scan/arrow_chunk.h"
#include "sink/arrow_rows.h"
#include "summary/refusal.h"

namespace costmill {
namespace {

NumericOutput numeric_of(const Config& config) {
  return config.run.numeric == Numeric::kDecimal ? NumericOutput::kDecimal : NumericOutput::kFloat64;
}

// Takes days as a sink does, and keeps them.
class KeepingSink final : public Sink {
 public:
  KeepingSink(NumericOutput numeric, Summary& summary) : numeric_(numeric), summary_(summary) {}

  // Workers make the columns, so the rows themselves end with their worker.
  std::unique_ptr<EncodedDay> encode(std::shared_ptr<const DayRows> rows) const override {
    auto batch = record_batch_of(*rows, numeric_, arrow::default_memory_pool());
    auto day = std::make_unique<KeptDay>(std::move(rows), std::move(batch));
    day->rows.reset();
    return day;
  }
  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override {
    if (record.rows > 0) summary_.days.push_back(std::move(static_cast<KeptDay&>(*day).batch));
  }
  void remove_day(const StoredKey& /*key*/) override {}
  void finish() override {}
  RecordedDays recorded_days(const std::string& /*source_uuid*/, const DateRange& /*days*/) override { return {}; }

 private:
  struct KeptDay final : EncodedDay {
    KeptDay(std::shared_ptr<const DayRows> day_rows, std::shared_ptr<arrow::RecordBatch> record_batch)
        : EncodedDay(std::move(day_rows)), batch(std::move(record_batch)) {}
    std::shared_ptr<arrow::RecordBatch> batch;
  };

  NumericOutput numeric_;
  Summary& summary_;
};

DayChoice choose_all_days(const ClusterIdentity& /*cluster*/, const MonthPlan& plan, const std::vector<DayChange>& /*changes*/) {
  DayChoice choice;
  for (Day day = plan.piece.days.from; day <= plan.piece.days.to; day = day.next()) choice.to_do.insert(day);
  return choice;
}

const ClusterConfig& only_cluster(const Config& config) {
  if (config.clusters.size() != 1 || !config.clusters.front().provider_uuid)
    throw Error(ErrorCode::kBadConfig, "whose rows are these? give the UUID of one cluster");
  if (!config.clusters.front().window) throw Error(ErrorCode::kBadConfig, "which days? give a month, or the first and the last day");
  return config.clusters.front();
}

}  // namespace

Summary summarize(const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled) {
  Summary summary;
  const NumericOutput numeric = numeric_of(config);
  summary.schema = arrow_schema(numeric);
  const auto open = [&](arrow::MemoryPool*) -> std::unique_ptr<Sink> { return std::make_unique<KeepingSink>(numeric, summary); };
  summary.report = run_into({open, choose_all_days}, config, events, cancelled);
  return summary;
}

Summarizer::Summarizer(const Config& config) : Summarizer(config, only_cluster(config)) {}

Summarizer::Summarizer(const Config& config, const ClusterConfig& cluster)
    : config_(config),
      cluster_(identity_of(cluster, {config.org_id.value_or(""), *cluster.provider_uuid})),
      window_(*cluster.window),
      reference_(load_reference(config.run.reference.value_or(""), config.enabled_label_keys, postgres_settings(config.postgres))),
      budget_(memory_limit_of(config)),
      memory_(budget_, "the tables of the summarizer"),
      fold_(fold_options(config, window_)) {}

void Summarizer::add(const arrow::RecordBatch& batch, Table table) {
  const FeatureConfig& features = config_.features;
  const TableUse use = use_of(
      table,
      {.pods = features.pod_aggregation, .storage = features.storage_aggregation, .one_pod_table = config_.run.layout == LayoutKind::kPoc});
  if (use == TableUse{}) return;
  fold_.add(chunk_of(batch, table, wanted_columns(use, !config_.run.reference), fold_.texts()), use, batches_++);
  memory_.resize(static_cast<std::int64_t>(fold_.memory_bytes()));
}

std::vector<std::shared_ptr<arrow::RecordBatch>> Summarizer::finish() const {
  std::vector<std::shared_ptr<arrow::RecordBatch>> days;
  for (Day day = window_.from; day <= window_.to; day = day.next()) {
    try {
      const DayResult result = fold_.finish(day, cluster_, reference_);
      if (!result.rows.rows.empty()) days.push_back(record_batch_of(result.rows, numeric_of(config_), arrow::default_memory_pool()));
    } catch (const Refusal& refusal) {
      throw Error(ErrorCode::kBadInput,
                  fmt::format("{}: batch {}, row {}, column {}: {}", to_string(day), refusal.place().file, refusal.place().row + 1,
                              refusal.column(), refusal.what()),
                  {.file = "", .column = refusal.column(), .day = to_string(day)});
    }
  }
  return days;
}

std::shared_ptr<arrow::Schema> Summarizer::schema() const { return arrow_schema(numeric_of(config_)); }

}  // namespace costmill
