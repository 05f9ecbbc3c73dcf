// Days that workers have made, on their way into the run's sink.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "distribution/day_task.h"
#include "sink/sink.h"

namespace costmill {

// A day that a worker has made; where a sink of files is concerned, it lies there.
struct RemoteDay final : EncodedDay {
  RemoteDay(const DayReceipt& receipt, std::filesystem::path staged_sink)
      : EncodedDay(receipt.rows, receipt.digest), staged(std::move(staged_sink)) {}
  std::filesystem::path staged;
};

// Where sinks of files get their days from. Outlives a run that failed: the next one takes what is whole.
class Staging {
 public:
  explicit Staging(const std::string& sink_uri);

  const std::string& kind() const { return kind_; }
  const std::filesystem::path& folder() const { return folder_; }

  void make() const;
  void note(const std::string& key) { keys_.insert(key); }
  // All that this run has staged, and whatever earlier ones have left, unless others may be at work: SQLite is held a day at a time only.
  void remove() const;

 private:
  std::set<std::string> keys_;
  std::string kind_;
  std::filesystem::path folder_;
};

// Puts what workers made into the run's sink, or lets it be where they have committed it.
class RemoteSink final : public Sink {
 public:
  RemoteSink(std::unique_ptr<Sink> sink, const Staging& staging) : sink_(std::move(sink)), staging_(staging) {}

  std::unique_ptr<EncodedDay> encode(std::shared_ptr<const DayRows> rows) const override { return sink_->encode(std::move(rows)); }
  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override;
  void remove_day(const StoredKey& key) override { sink_->remove_day(key); }
  void finish() override;
  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return sink_->recorded_days(source_uuid, days);
  }
  std::optional<std::int32_t> report_period(const ClusterIdentity& cluster, Day month) override {
    return sink_->report_period(cluster, month);
  }
  SinkFigures figures() const override { return sink_->figures(); }

 private:
  // As the worker recorded it, with the reference data that it had.
  DayRecord staged_record(const std::filesystem::path& staged, const StoredKey& key) const;
  // A receipt that outlived its day would hide that the day is not there.
  void require_committed(const StoredKey& key, const std::string& digest);
  std::map<Day, std::string>& read_records(const std::string& source_uuid);

  std::unique_ptr<Sink> sink_;
  const Staging& staging_;
  std::vector<std::pair<StoredKey, std::string>> committed_;   // by workers, and their digests
  std::map<std::string, std::map<Day, std::string>> records_;  // by cluster
};

}  // namespace costmill
