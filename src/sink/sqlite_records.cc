#include "sink/sqlite_records.h"

#include <fmt/format.h>

#include "costmill/error.h"
#include "sink/record_json.h"
#include "sink/sqlite_schema.h"
#include "summary/columns.h"
#include "texts/printable.h"

namespace costmill {
namespace {

// Columns of costmill_days d, as record_in() reads them.
std::string record_columns_of(SqliteDatabase& database) {
  return fmt::format("d.source_uuid, d.day, d.files, d.reference, d.config, d.program_version, d.hours_seen, d.rows, d.digest, {}",
                     sqlite_schema_version(database) < kSqliteVersionWithTotals ? "''" : "coalesce(d.totals, '')");
}

DayRecord record_in(const SqliteDatabase& database, const SqliteStatement& select) {
  DayRecord record{.source_uuid = select.text(0), .day = sqlite_day(database, select.text(1))};
  read_record_columns({select.text(2), select.text(3), select.text(4), select.text(9)}, database.file(), record);
  record.program_version = select.text(5);
  record.hours_seen = static_cast<int>(select.integer(6));
  record.rows = static_cast<std::uint64_t>(select.integer(7));
  record.digest = select.text(8);
  return record;
}

// All of the table together, for which SQLite only looks at the heads of pages: counting day by day takes ten times as long.
bool all_rows_are_there(SqliteDatabase& database) {
  SqliteStatement select(
      database, fmt::format("SELECT (SELECT count(*) FROM {}) = (SELECT coalesce(sum(rows), 0) FROM costmill_days)", kSummaryTable));
  return select.step() && select.integer(0) == 1;
}

}  // namespace

Day sqlite_day(const SqliteDatabase& database, const std::string& text) {
  if (const auto day = parse_day(text)) return *day;
  throw Error(ErrorCode::kSinkUnavailable,
              fmt::format("{} holds {} where a date should be, so another program changed it; run with --full into another file",
                          database.file(), as_shown(text)),
              {.file = database.file()});
}

std::vector<DayRecord> sqlite_records(SqliteDatabase& database) {
  std::vector<DayRecord> records;
  if (sqlite_schema_version(database) < kSqliteVersionOfRecords) return records;
  SqliteStatement select(database,
                         fmt::format("SELECT {} FROM costmill_days d ORDER BY d.source_uuid, d.day", record_columns_of(database)));
  while (select.step()) records.push_back(record_in(database, select));
  return records;
}

RecordedDays sqlite_recorded_days(SqliteDatabase& database, const std::string& source_uuid, const DateRange& days) {
  RecordedDays recorded;
  if (sqlite_schema_version(database) < kSqliteVersionOfRecords) return recorded;
  const std::string rows =
      all_rows_are_there(database)
          ? "d.rows"
          : fmt::format("(SELECT count(*) FROM {} WHERE usage_start = d.day AND source_uuid = d.source_uuid)", kSummaryTable);
  SqliteStatement select(database,
                         fmt::format("SELECT {}, {} FROM costmill_days d WHERE d.source_uuid = ? AND d.day BETWEEN ? AND ? ORDER BY d.day",
                                     record_columns_of(database), rows));
  const std::string from = to_string(days.from);
  const std::string to = to_string(days.to);
  select.bind_text(1, source_uuid);
  select.bind_text(2, from);
  select.bind_text(3, to);
  while (select.step()) {
    DayRecord record = record_in(database, select);
    if (static_cast<std::uint64_t>(select.integer(10)) == record.rows) {
      recorded.records.push_back(std::move(record));
    } else {
      recorded.unsure.insert(record.day);
    }
  }
  return recorded;
}

}  // namespace costmill
