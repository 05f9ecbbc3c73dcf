#include "sink/postgres_day_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "postgres/binary_copy.h"
#include "sink/digest.h"
#include "sink/postgres_rows.h"
#include "sink/postgres_validation.h"
#include "sink/record_json.h"
#include "tenant/partitions.h"

namespace costmill {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostAttempts = 4;
constexpr std::chrono::milliseconds kFirstWait{250};  // four times as long before each further attempt
// A server process reads its socket in pieces of 8 KiB; larger ones of ours save system calls.
constexpr std::size_t kCopyPieceBytes = 256 * 1024;
// Parameters of a statement are counted in 16 bits.
constexpr std::size_t kMostInsertRows = 65535 / kPostgresColumns;

constexpr std::string_view kNoPartition = "23514";

bool same_month(Day left, Day right) { return to_string(left).substr(0, 7) == to_string(right).substr(0, 7); }

// The key of the day's advisory lock, among all users of the database.
std::int64_t lock_key(std::string_view schema, const StoredKey& key) {
  const std::string digest = hex_digest(fmt::format("costmill {} {} {}", schema, key.source_uuid, to_string(key.day)));
  return static_cast<std::int64_t>(std::stoull(digest.substr(0, 16), nullptr, 16));
}

void require_all(std::uint64_t taken, std::size_t rows, Day day) {
  if (taken == rows) return;
  throw Error(ErrorCode::kConflict,
              fmt::format("{}: the database took {} of {} rows, so the day is rolled back; look for triggers and rules on {}",
                          to_string(day), taken, rows, kSummaryTable),
              {.day = to_string(day)});
}

std::string insert_sql(const std::string& table, std::size_t rows) {
  std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ", table, postgres_column_list());
  std::size_t parameter = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    sql += row == 0 ? "(" : ", (";
    for (std::size_t c = 0; c < kPostgresColumns; ++c) sql += fmt::format("{}${}", c == 0 ? "" : ", ", ++parameter);
    sql += ")";
  }
  return sql;
}

}  // namespace

std::string postgres_table(const PostgresTarget& target) { return fmt::format("{}.{}", quoted_schema(target), kSummaryTable); }

PostgresDayWriter::PostgresDayWriter(const PostgresTarget& target, const PostgresSinkOptions& options)
    : options_(options), connection_(target), table_(postgres_table(target)) {
  figures_.connections = 1;
}

void PostgresDayWriter::replace(const DayRows& rows, const DayRecord& record, const Turns& turns) {
  change(
      record.key(), turns, [&] { prepare(record.day); }, [&] { replace_rows(rows, record); });
  figures_.rows += rows.rows.size();
}

void PostgresDayWriter::remove(const StoredKey& key, const Turns& turns) {
  change(
      key, turns, [] {}, [&] { remove_day(key); });
}

void PostgresDayWriter::change(const StoredKey& key, const Turns& turns, const std::function<void()>& prepare_for_it,
                               const std::function<void()>& statements) {
  const auto begin = Clock::now();
  for (int attempt = 1;; ++attempt) {
    try {
      if (connection_.is_lost()) connection_.reconnect();
      prepare_for_it();
      if (!change_once(key, turns, statements)) return;
      break;
    } catch (const PostgresError& error) {
      const bool detached = error.sqlstate() == kNoPartition;
      if (detached) prepared_month_.reset();
      if (attempt == kMostAttempts || !(error.is_transient() || detached || connection_.is_lost())) throw;
      wait_before_attempt(attempt, error, key.day);
    }
  }
  count_work(begin);
}

bool PostgresDayWriter::change_once(const StoredKey& key, const Turns& turns, const std::function<void()>& statements) {
  PostgresTransaction transaction(connection_);
  if (!turns.wait_to_lock()) return false;
  lock(key);
  turns.locked();
  statements();
  if (!turns.wait_to_commit()) return false;
  transaction.commit();
  return true;
}

void PostgresDayWriter::count_work(std::chrono::steady_clock::time_point begin) {
  figures_.bytes = connection_.bytes_copied();
  figures_.busy_seconds += std::chrono::duration<double>(Clock::now() - begin).count();
}

void PostgresDayWriter::wait_before_attempt(int attempt, const PostgresError& error, Day day) {
  ++figures_.retries;
  // Two runs that met once shall not meet again.
  const auto spread = std::chrono::milliseconds(Clock::now().time_since_epoch().count() / 1000 % 100);
  const auto wait = kFirstWait * (1 << (2 * (attempt - 1))) + spread;
  options_.on_notice(fmt::format("{}: {}; trying the whole day again in {:.1f} s ({} of {})", to_string(day), error.what(),
                                 std::chrono::duration<double>(wait).count(), attempt, kMostAttempts - 1));
  std::this_thread::sleep_for(wait);
}

void PostgresDayWriter::replace_within_run(const DayRows& rows, const DayRecord& record) {
  if (!run_) {
    prepare(record.day);
    run_.emplace(connection_);
  } else if (!prepared_month_ || !same_month(*prepared_month_, record.day)) {
    // The partition of a further month is made on a connection of its own: it must be there before this transaction ends.
    PostgresConnection other(connection_.target());
    ensure_partition(other, record.day);
    prepared_month_ = record.day;
  }
  const auto begin = Clock::now();
  lock(record.key());
  replace_rows(rows, record);
  figures_.rows += rows.rows.size();
  count_work(begin);
}

void PostgresDayWriter::remove_within_run(const StoredKey& key) {
  if (!run_) run_.emplace(connection_);
  lock(key);
  remove_day(key);
}

void PostgresDayWriter::commit() {
  if (!run_) return;
  run_->commit();
  run_.reset();
}

void PostgresDayWriter::prepare(Day day) {
  if (prepared_month_ && same_month(*prepared_month_, day)) return;
  ensure_partition(connection_, day);
  prepared_month_ = day;
}

void PostgresDayWriter::replace_rows(const DayRows& rows, const DayRecord& record) {
  remove_rows(rows, record);
  if (options_.bulk_copy) {
    copy_rows(rows);
  } else {
    insert_rows(rows);
  }
  write_record(record);
  if (options_.validated_rows > 0) validate_day(connection_, table_, rows, options_.validated_rows);
}

void PostgresDayWriter::lock(const StoredKey& key) {
  const std::string number = std::to_string(lock_key(connection_.target().schema, key));
  if (connection_.execute("SELECT pg_try_advisory_xact_lock($1::bigint)", {number}).boolean(0, 0)) return;
  options_.on_notice(fmt::format("{}: another run writes this day of {}; waiting for it", to_string(key.day), key.source_uuid));
  connection_.execute("SELECT pg_advisory_xact_lock($1::bigint)", {number});
}

void PostgresDayWriter::remove_own_rows(const StoredKey& key) {
  connection_.execute(fmt::format("DELETE FROM {} WHERE usage_start = $1::date AND source_uuid = $2::uuid AND {}", table_, kOwnRows),
                      {to_string(key.day), key.source_uuid});
}

void PostgresDayWriter::remove_rows(const DayRows& rows, const DayRecord& record) {
  if (options_.replaced == ReplacedRows::kOwn) return remove_own_rows(record.key());
  const auto period = rows.cluster.report_period_id;
  connection_.execute(
      fmt::format("DELETE FROM {} WHERE usage_start = $1::date AND (source_uuid = $2::uuid OR report_period_id = $3::integer) "
                  "AND (infrastructure_raw_cost IS NULL OR infrastructure_raw_cost = 0)",
                  table_),
      {to_string(record.day), record.source_uuid, period ? std::optional(std::to_string(*period)) : std::nullopt});
}

void PostgresDayWriter::remove_day(const StoredKey& key) {
  remove_own_rows(key);
  connection_.execute("DELETE FROM costmill.days WHERE tenant_schema = $1 AND source_uuid = $2::uuid AND day = $3::date",
                      {connection_.target().schema, key.source_uuid, to_string(key.day)});
}

void PostgresDayWriter::copy_rows(const DayRows& rows) {
  // Made before the server waits for it, for a row may be one that cannot be stored.
  PostgresRows encoder(rows);
  std::string piece(kCopyHeader);
  connection_.begin_copy(fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", table_, postgres_column_list()));
  try {
    for (std::size_t ordinal = 0; ordinal < encoder.size(); ++ordinal) {
      encoder.append(piece, ordinal);
      if (piece.size() < kCopyPieceBytes) continue;
      connection_.put_copy(piece);
      piece.clear();
    }
    piece += kCopyTrailer;
    connection_.put_copy(piece);
  } catch (const PostgresError&) {
    throw;
  } catch (...) {
    connection_.abandon_copy();
    throw;
  }
  require_all(connection_.end_copy(), encoder.size(), rows.day);
}

void PostgresDayWriter::insert_rows(const DayRows& rows) {
  PostgresRows encoder(rows);
  const std::size_t batch = std::clamp<std::size_t>(options_.insert_rows, 1, kMostInsertRows);
  std::uint64_t inserted = 0;
  std::string sql;
  std::string bytes;
  for (std::size_t first = 0; first < encoder.size(); first += batch) {
    const std::size_t count = std::min(batch, encoder.size() - first);
    bytes.clear();
    for (std::size_t row = 0; row < count; ++row) encoder.append(bytes, first + row);
    if (first == 0 || count != batch) sql = insert_sql(table_, count);
    inserted += connection_.execute_binary(sql, parameters_of(bytes)).affected();
  }
  require_all(inserted, encoder.size(), rows.day);
}

void PostgresDayWriter::write_record(const DayRecord& record) {
  const RecordColumns columns = record_columns(record);
  connection_.execute(
      "INSERT INTO costmill.days (tenant_schema, source_uuid, day, files, reference, config, reference_digest, config_digest, "
      "program_version, hours_seen, rows, digest, totals, written_at) "
      "VALUES ($1, $2::uuid, $3::date, $4::jsonb, $5::jsonb, $6::jsonb, $7, $8, $9, $10::integer, $11::bigint, $12, $13::jsonb, now()) "
      "ON CONFLICT (tenant_schema, source_uuid, day) DO UPDATE SET files = EXCLUDED.files, reference = EXCLUDED.reference, "
      "config = EXCLUDED.config, reference_digest = EXCLUDED.reference_digest, config_digest = EXCLUDED.config_digest, "
      "program_version = EXCLUDED.program_version, hours_seen = EXCLUDED.hours_seen, rows = EXCLUDED.rows, digest = EXCLUDED.digest, "
      "totals = EXCLUDED.totals, written_at = EXCLUDED.written_at",
      {connection_.target().schema, record.source_uuid, to_string(record.day), columns.files, columns.reference, columns.config,
       reference_digest(record), config_digest(record), record.program_version, std::to_string(record.hours_seen),
       std::to_string(record.rows), record.digest, columns.totals});
}

}  // namespace costmill
