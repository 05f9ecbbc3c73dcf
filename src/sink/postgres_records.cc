#include "sink/postgres_records.h"

#include <fmt/format.h>

#include "sink/postgres_day_writer.h"
#include "sink/record_json.h"
#include "tenant/state_schema.h"

namespace costmill {
namespace {

// As record_in() reads them.
std::string record_columns_of(int schema_version) {
  return fmt::format("d.source_uuid, d.day, d.files, d.reference, d.config, d.program_version, d.hours_seen, d.rows, d.digest, {}",
                     schema_version < kStateVersionWithTotals ? "''" : "coalesce(d.totals::text, '')");
}

DayRecord record_in(const PostgresResult& found, int row) {
  DayRecord record{.source_uuid = found.text(row, 0), .day = postgres_day(found.text(row, 1))};
  read_record_columns({found.text(row, 2), found.text(row, 3), found.text(row, 4), found.text(row, 9)}, "costmill.days", record);
  record.program_version = found.text(row, 5);
  record.hours_seen = static_cast<int>(found.integer(row, 6));
  record.rows = static_cast<std::uint64_t>(found.integer(row, 7));
  record.digest = found.text(row, 8);
  return record;
}

}  // namespace

Day postgres_day(const std::string& text) {
  if (const auto day = parse_day(text)) return *day;
  throw Error(ErrorCode::kSinkUnavailable, fmt::format("PostgreSQL gave '{}' where a date should be", text));
}

std::vector<DayRecord> postgres_records(PostgresConnection& connection) {
  std::vector<DayRecord> records;
  const int version = state_schema_version(connection);
  if (version < kStateVersionOfRecords) return records;
  // The order of the bytes, as everywhere.
  const PostgresResult found = connection.execute(
      fmt::format("SELECT {} FROM costmill.days d WHERE d.tenant_schema = $1 ORDER BY d.source_uuid, d.day", record_columns_of(version)),
      {connection.target().schema});
  for (int row = 0; row < found.rows(); ++row) records.push_back(record_in(found, row));
  return records;
}

RecordedDays postgres_recorded_days(PostgresConnection& connection, const std::string& source_uuid, const DateRange& days) {
  RecordedDays recorded;
  const int version = state_schema_version(connection);
  if (version < kStateVersionOfRecords) return recorded;
  const PostgresResult found = connection.execute(
      fmt::format("SELECT {}, (SELECT count(*) FROM {} WHERE usage_start = d.day AND source_uuid = d.source_uuid AND {}) "
                  "FROM costmill.days d WHERE d.tenant_schema = $1 AND d.source_uuid = $2::uuid AND d.day BETWEEN $3::date AND $4::date "
                  "ORDER BY d.day",
                  record_columns_of(version), postgres_table(connection.target()), kOwnRows),
      {connection.target().schema, source_uuid, to_string(days.from), to_string(days.to)});
  for (int row = 0; row < found.rows(); ++row) {
    DayRecord record = record_in(found, row);
    if (static_cast<std::uint64_t>(found.integer(row, 10)) == record.rows) {
      recorded.records.push_back(std::move(record));
    } else {
      recorded.unsure.insert(record.day);
    }
  }
  return recorded;
}

}  // namespace costmill
