// postgresql://. Days are replaced whole, on several connections side by side, and become visible in order.
#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

#include "sink/postgres_day_writer.h"
#include "sink/postgres_records.h"
#include "sink/sinks.h"
#include "tenant/report_period.h"
#include "tenant/state_schema.h"

namespace costmill {
namespace {

void require_summary_table(PostgresConnection& connection) {
  const std::string name = postgres_table(connection.target());
  if (!connection.execute("SELECT to_regclass($1)", {name}).is_null(0, 0)) return;
  throw Error(ErrorCode::kSinkUnavailable,
              fmt::format("PostgreSQL ({}): the table {} is not there, or not for this user; check postgresql.schema, or make it with "
                          "`costmill init-db`",
                          connection.target().shown, name));
}

// Each lane has a thread and a connection. A day is written as soon as a lane is free, and committed when those before it are.
class Lanes {
 public:
  Lanes(const PostgresTarget& target, const PostgresSinkOptions& options) : target_(target), options_(options) {}

  ~Lanes() {
    {
      const std::lock_guard lock(mutex_);
      failed_from_ = std::min(failed_from_, committed_);  // what is not committed yet is not to be any more
      waiting_.clear();
      closed_ = true;
    }
    changed_.notify_all();
  }

  // Waits until a lane can take the day. Throws what an earlier day failed with.
  void write(std::shared_ptr<const DayRows> rows, const DayRecord& record) {
    add([rows = std::move(rows), record](PostgresDayWriter& writer, const Turns& turns) { writer.replace(*rows, record, turns); });
  }
  void remove(const StoredKey& key) {
    add([key](PostgresDayWriter& writer, const Turns& turns) { writer.remove(key, turns); });
  }

  // Waits until all days are committed, but for those behind a failure. Throws it, unless write() did.
  void drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.empty() && idle_ == threads_.size(); });
    if (failure_ && !thrown_) throw_failure();
  }

  SinkFigures figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
  }

 private:
  using Change = std::function<void(PostgresDayWriter&, const Turns&)>;
  struct Job {
    std::size_t place = 0;  // in the order of the days
    Change change;
  };

  void add(Change change) {
    std::unique_lock lock(mutex_);
    if (waiting_.size() >= idle_ && threads_.size() < static_cast<std::size_t>(options_.connections)) {
      threads_.emplace_back([this] { work(); });
      ++idle_;
    }
    changed_.wait(lock, [&] { return failure_ ? is_settled() : waiting_.size() < idle_; });
    if (failure_) throw_failure();
    waiting_.push_back({next_++, std::move(change)});
    changed_.notify_all();
  }

  void work() {
    std::optional<PostgresDayWriter> writer;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      Job job = std::move(waiting_.front());
      waiting_.pop_front();
      --idle_;
      lock.unlock();
      std::exception_ptr failure;
      try {
        if (!writer) writer.emplace(target_, options_);
        job.change(*writer, turns_of(job.place));
      } catch (...) {
        failure = std::current_exception();
      }
      job.change = nullptr;  // and the rows with it
      lock.lock();
      ++idle_;
      if (failure) fail(job.place, failure);
      if (job.place < failed_from_) committed_ = job.place + 1;
      if (writer) count(*writer);
      changed_.notify_all();
    }
  }

  Turns turns_of(std::size_t place) {
    return {.wait_to_lock = [this, place] { return wait_until_done(locked_, place); },
            .locked =
                [this, place] {
                  const std::lock_guard lock(mutex_);
                  locked_ = std::max(locked_, place + 1);
                  changed_.notify_all();
                },
            .wait_to_commit = [this, place] { return wait_until_done(committed_, place); }};
  }

  // Until all days before `place` are. False if one of them failed.
  bool wait_until_done(const std::size_t& done, std::size_t place) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done >= place || failed_from_ <= place; });
    return failed_from_ > place;
  }

  // A day before the one that failed may be the first to fail.
  bool is_settled() const { return committed_ >= failed_from_; }

  void fail(std::size_t place, const std::exception_ptr& failure) {
    if (place >= failed_from_) return;
    failed_from_ = place;
    failure_ = failure;
    std::erase_if(waiting_, [&](const Job& job) { return job.place > place; });
  }

  [[noreturn]] void throw_failure() {
    thrown_ = true;
    std::rethrow_exception(failure_);
  }

  // Figures of a writer grow; each lane's last ones are summed.
  void count(const PostgresDayWriter& writer) {
    by_lane_[std::this_thread::get_id()] = writer.figures();
    figures_ = {};
    for (const auto& [lane, figures] : by_lane_) {
      figures_.rows += figures.rows;
      figures_.bytes += figures.bytes;
      figures_.busy_seconds += figures.busy_seconds;
      figures_.connections += figures.connections;
      figures_.retries += figures.retries;
    }
  }

  const PostgresTarget target_;
  const PostgresSinkOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;
  std::size_t idle_ = 0;
  std::size_t next_ = 0;
  std::size_t locked_ = 0;     // days before this place have or had their lock
  std::size_t committed_ = 0;  // days before this place are visible
  std::size_t failed_from_ = std::numeric_limits<std::size_t>::max();
  std::exception_ptr failure_;
  bool thrown_ = false;
  bool closed_ = false;
  std::map<std::thread::id, SinkFigures> by_lane_;
  SinkFigures figures_;
  std::vector<std::jthread> threads_;
};

class PostgresSink final : public Sink {
 public:
  PostgresSink(std::string_view uri, const SinkOptions& options)
      : target_(postgres_target(uri, options.postgres.settings, PostgresRole::kSink)), looks_(target_) {
    require_summary_table(looks_);
    ensure_state_schema(looks_);
    if (options.commit == Commit::kWholeRun) {
      whole_run_.emplace(target_, options.postgres);
    } else {
      lanes_.emplace(target_, options.postgres);
    }
  }

  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override {
    if (whole_run_) {
      whole_run_->replace_within_run(*day->rows, record);
    } else {
      lanes_->write(std::move(day->rows), record);
    }
  }

  void remove_day(const StoredKey& key) override {
    if (whole_run_) {
      whole_run_->remove_within_run(key);
    } else {
      lanes_->remove(key);
    }
  }

  void finish() override {
    if (whole_run_) {
      whole_run_->commit();
    } else {
      lanes_->drain();
    }
  }

  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return postgres_recorded_days(looks_, source_uuid, days);
  }

  std::optional<std::int32_t> report_period(const ClusterIdentity& cluster, Day month) override {
    return find_report_period(looks_, cluster.cluster_id, cluster.source_uuid, month);
  }

  SinkFigures figures() const override { return whole_run_ ? whole_run_->figures() : lanes_->figures(); }

 private:
  const PostgresTarget target_;
  PostgresConnection looks_;  // for questions, beside those that write
  std::optional<PostgresDayWriter> whole_run_;
  std::optional<Lanes> lanes_;
};

}  // namespace

std::unique_ptr<Sink> open_postgres_sink(std::string_view uri, const SinkOptions& options) {
  return std::make_unique<PostgresSink>(uri, options);
}

}  // namespace costmill
