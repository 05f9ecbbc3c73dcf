// Where finished days go: one of the three virtual seams to the world.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "postgres/target.h"
#include "sink/day_record.h"
#include "summary/day_rows.h"

namespace arrow {
class MemoryPool;
}

namespace costmill {

// Rows as a sink gives them back: text per column of kColumns, nullopt is NULL; numbers as canonical decimal text,
// dates as YYYY-MM-DD.
using StoredRow = std::vector<std::optional<std::string>>;

// How much a sink has written, for people.
struct SinkFigures {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;    // sent; 0: not counted
  double busy_seconds = 0;    // summed over connections
  int connections = 0;        // used; 0: not a server
  std::uint64_t retries = 0;  // of transactions
};

// A finished day on its way into a sink, with what could be made of it beforehand.
struct EncodedDay {
  explicit EncodedDay(std::shared_ptr<const DayRows> day_rows);
  // Of rows that are elsewhere.
  EncodedDay(std::uint64_t count, std::string rows_digest) : row_count(count), digest(std::move(rows_digest)) {}
  virtual ~EncodedDay() = default;
  EncodedDay(const EncodedDay&) = delete;
  EncodedDay& operator=(const EncodedDay&) = delete;

  std::shared_ptr<const DayRows> rows;  // null where the sink needs them no longer
  std::uint64_t row_count;
  std::string digest;  // 32 hex digits, digest_of the rows
};

// A day is visible whole or not at all. write_day is called once a (cluster, day), in order of day within a cluster.
// Destroying a sink without finish() discards what is not committed yet. Errors: kSinkUnavailable, kSinkDenied, kConflict;
// kBadInput for a number that does not fit numeric(33,15). A day that failed leaves nothing behind and other days may follow,
// but not under Commit::kWholeRun and not in PostgreSQL: there the sink can only be destroyed. Not thread-safe but for encode().
class Sink {
 public:
  virtual ~Sink() = default;

  // The part of the work that needs no order of days: on any thread, beside every other call, for days that are never written, too.
  virtual std::unique_ptr<EncodedDay> encode(std::shared_ptr<const DayRows> rows) const {
    return std::make_unique<EncodedDay>(std::move(rows));
  }
  // Replaces the day of record.source_uuid by these rows (none: the day becomes empty); encode() of this sink made `day`. A sink may still
  // be writing when this returns; days become visible in the order of the calls, and the failure of one is thrown by a later call.
  virtual void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) = 0;
  // As write_day, with the rows that another sink of this kind holds at `staged`, its folder or file, and may lose by it. Not of
  // PostgreSQL: there everybody writes into the same database.
  virtual void adopt_day(const std::filesystem::path& staged, const DayRecord& record);
  // Removes the day's rows and its record, in the order of days with write_day, and visible as its days are.
  virtual void remove_day(const StoredKey& key) = 0;
  // Makes everything written visible and durable.
  virtual void finish() = 0;

  // As SinkReader's, of before this sink wrote anything.
  virtual RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) = 0;
  virtual std::optional<std::int32_t> report_period(const ClusterIdentity& cluster, Day month);
  virtual SinkFigures figures() const { return {}; }
};

// The read side, for compare and show.
class SinkReader {
 public:
  virtual ~SinkReader() = default;

  virtual std::vector<StoredKey> days() = 0;  // that hold rows; sorted
  virtual std::vector<StoredRow> read_day(const StoredKey& key) = 0;
  virtual std::vector<DayRecord> records() = 0;  // sorted by (source_uuid, day)

  // Without reading rows: they are counted where the sink can count (PostgreSQL, SQLite), else their file is looked for.
  virtual RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days);
  // The number that the sink's own tables have for a cluster's month; nullopt where there is none.
  virtual std::optional<std::int32_t> report_period(const ClusterIdentity& cluster, Day month);
};

enum class Commit {
  kEachDay,   // a day is committed as soon as it is written (CSV: with the others in finish(); Parquet: its record with a later one, or
              // there)
  kWholeRun,  // one transaction: all days in finish(), or none
};

enum class NumericOutput { kDecimal, kFloat64 };  // Parquet only

enum class ReplacedRows {
  kOwn,    // rows without cloud cost that no cost model wrote
  kKokus,  // rows without cloud cost, as Koku deletes them
};

// Of postgresql:// only.
struct PostgresSinkOptions {
  PostgresSettings settings;
  int connections = 2;  // that write days side by side
  ReplacedRows replaced = ReplacedRows::kOwn;
  bool bulk_copy = true;  // false: INSERTs of insert_rows
  std::size_t insert_rows = 1000;
  std::size_t validated_rows = 0;  // of a day, read back before it is committed, with the day's sums; 0: no validation
  std::function<void(const std::string&)> on_notice = [](const std::string&) {};  // from any thread
};

struct SinkOptions {
  Commit commit = Commit::kEachDay;
  NumericOutput numeric = NumericOutput::kDecimal;
  bool is_staged = false;             // of files: another sink takes it over (adopt_day), so nothing waits for the disk
  arrow::MemoryPool* pool = nullptr;  // what a sink holds counts there; null: Arrow's own. Outlives the sink.
  // Holds the upper levels of the indexes of some millions of rows; more gives nothing for days that are appended.
  std::int64_t sqlite_cache_bytes = 32 << 20;
  PostgresSinkOptions postgres;
};

// uri: postgresql://..., sqlite:FILE, parquet:DIR, csv:DIR. DIR is made if missing; csv and parquet hold a lock on it (kConflict).
// kBadConfig for any other URI.
std::unique_ptr<Sink> open_sink(std::string_view uri, const SinkOptions& options);
// Also csv:FILE, a table of another program in any row order. kSinkUnavailable if there is nothing to read; kBadInput or
// kCorrupt (file, column) for what is not as expected.
std::unique_ptr<SinkReader> open_sink_reader(std::string_view uri, const PostgresSettings& postgres = {});
// The kind of a sink of files, `sqlite`, `parquet` or `csv`, and where it is. Error(kBadConfig) for any other URI.
struct FileSink {
  std::string_view kind;
  std::filesystem::path path;
};
FileSink file_sink_of(std::string_view uri);
// False where no run has been: open_sink_reader() would say that there is nothing to read. Of a database, connecting tells.
bool sink_exists(std::string_view uri);

}  // namespace costmill
