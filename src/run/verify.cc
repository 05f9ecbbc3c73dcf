#include "run/verify.h"

#include <algorithm>
#include <iterator>
#include <random>

#include "run/day_choice.h"
#include "run/run_options.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

// Takes days as a sink does, and compares them instead.
class ComparingSink final : public Sink {
 public:
  ComparingSink(std::unique_ptr<SinkReader> stored, const VerifyOptions& options, VerifyReport& report)
      : stored_(std::move(stored)), records_(stored_->records()), options_(options), report_(report) {}

  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override {
    std::vector<StoredRow> made;
    for (const SummaryRow& row : day->rows->rows) made.push_back(stored_row(*day->rows, row));
    const std::size_t left = options_.max_differences - std::min(options_.max_differences, report_.rows.differences.size());
    add(compare_day(record.key(), std::move(made), stored_->read_day(record.key()), {.max_differences = left}));
    const auto recorded =
        std::find_if(records_.begin(), records_.end(), [&](const DayRecord& known) { return known.key() == record.key(); });
    if (recorded == records_.end() || recorded->digest != record.digest) report_.other_digests.push_back(record.key());
    ++report_.days;
  }
  void remove_day(const StoredKey& /*key*/) override {}
  void finish() override {}

  // Whether the rows are there is what is to be found out.
  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    RecordedDays recorded;
    std::copy_if(records_.begin(), records_.end(), std::back_inserter(recorded.records), [&](const DayRecord& record) {
      return record.source_uuid == source_uuid && days.from <= record.day && record.day <= days.to;
    });
    return recorded;
  }
  std::optional<std::int32_t> report_period(const ClusterIdentity& cluster, Day month) override {
    return stored_->report_period(cluster, month);
  }

 private:
  void add(const CompareResult& day) {
    CompareResult& all = report_.rows;
    all.rows_left += day.rows_left;
    all.rows_right += day.rows_right;
    all.equal_rows += day.equal_rows;
    all.differing_rows += day.differing_rows;
    all.only_left += day.only_left;
    all.only_right += day.only_right;
    all.largest_relative_difference = std::max(all.largest_relative_difference, day.largest_relative_difference);
    all.differences.insert(all.differences.end(), day.differences.begin(), day.differences.end());
  }

  std::unique_ptr<SinkReader> stored_;
  std::vector<DayRecord> records_;
  const VerifyOptions& options_;
  VerifyReport& report_;
};

// Recorded days whose input is as it was, all or a sample.
ChooseDays choose_recorded_days(const VerifyOptions& options, VerifyReport& report) {
  return [&options, &report](const ClusterIdentity& cluster, const MonthPlan&, const std::vector<DayChange>& changes) {
    std::vector<Day> unchanged;
    for (const DayChange& change : changes) {
      if (change.state == DayState::kUnchanged) {
        unchanged.push_back(change.day);
      } else if (change.state != DayState::kNew) {
        const bool is_gone = change.state == DayState::kGone;
        report.stale.push_back({cluster.source_uuid, change.day, is_gone ? std::vector<std::string>{"its input is gone"} : change.reasons});
      }
    }
    std::vector<Day> chosen;
    std::sample(unchanged.begin(), unchanged.end(), std::back_inserter(chosen), options.sample.value_or(unchanged.size()),
                std::mt19937_64(std::random_device()()));
    return DayChoice{.to_do = {chosen.begin(), chosen.end()}};
  };
}

}  // namespace

VerifyReport verify(const Config& config, const VerifyOptions& options, const RunEvents& events, const std::atomic<bool>& cancelled) {
  VerifyReport report;
  const auto open = [&](arrow::MemoryPool*) -> std::unique_ptr<Sink> {
    return std::make_unique<ComparingSink>(open_sink_reader(config.run.sink, run_settings(config, events, cancelled)), options, report);
  };
  run_into({.open_sink = open, .choose_days = choose_recorded_days(options, report)}, config, events, cancelled);
  return report;
}

}  // namespace costmill
