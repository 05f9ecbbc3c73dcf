// One connection that replaces days, each in a transaction of its own or all in one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "postgres/connection.h"
#include "sink/sink.h"

namespace costmill {

// What a writer asks of those beside it. Locks are taken and days committed in one order by everybody, so nobody waits for each other.
struct Turns {
  std::function<bool()> wait_to_lock;  // false: a day before this one failed; give up
  std::function<void()> locked;
  std::function<bool()> wait_to_commit;  // false: as above
};

class PostgresDayWriter {
 public:
  PostgresDayWriter(const PostgresTarget& target, const PostgresSinkOptions& options);

  // Replaces the day in a transaction that is tried again, whole, after deadlocks and lost connections. Where it gives up, nothing of
  // the day remains. Errors as Sink's.
  void replace(const DayRows& rows, const DayRecord& record, const Turns& turns);
  // In the same way removes its rows and its record.
  void remove(const StoredKey& key, const Turns& turns);

  // The same in a transaction that the first call begins and commit() ends; nothing is tried again.
  void replace_within_run(const DayRows& rows, const DayRecord& record);
  void remove_within_run(const StoredKey& key);
  void commit();

  SinkFigures figures() const { return figures_; }

 private:
  void change(const StoredKey& key, const Turns& turns, const std::function<void()>& prepare_for_it,
              const std::function<void()>& statements);
  bool change_once(const StoredKey& key, const Turns& turns, const std::function<void()>& statements);
  void count_work(std::chrono::steady_clock::time_point begin);
  void replace_rows(const DayRows& rows, const DayRecord& record);
  void prepare(Day day);
  void lock(const StoredKey& key);
  void remove_rows(const DayRows& rows, const DayRecord& record);
  void remove_own_rows(const StoredKey& key);
  void remove_day(const StoredKey& key);
  void copy_rows(const DayRows& rows);
  void insert_rows(const DayRows& rows);
  void write_record(const DayRecord& record);
  void wait_before_attempt(int attempt, const PostgresError& error, Day day);

  const PostgresSinkOptions options_;
  PostgresConnection connection_;
  const std::string table_;  // quoted, with its schema
  std::optional<PostgresTransaction> run_;
  std::optional<Day> prepared_month_;
  SinkFigures figures_;
};

// Schema and table, quoted.
std::string postgres_table(const PostgresTarget& target);
// Which rows of the table are this program's: a condition on them. A plain IS NULL of an indexed column would do, but on a partition
// without statistics, such as a new month's, PostgreSQL takes it for rare and reads the whole partition through that index.
inline constexpr std::string_view kOwnRows =
    "(infrastructure_raw_cost IS NULL OR infrastructure_raw_cost = 0) AND coalesce(cost_model_rate_type, monthly_cost_type) IS NULL";

}  // namespace costmill
