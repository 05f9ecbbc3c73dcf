#include <fmt/format.h>

#include <algorithm>

#include "sink/postgres_cells.h"
#include "sink/postgres_day_writer.h"
#include "sink/sinks.h"
#include "sink/state_file.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

Day day_from(const std::string& text) {
  if (const auto day = parse_day(text)) return *day;
  throw Error(ErrorCode::kSinkUnavailable, fmt::format("PostgreSQL gave '{}' where a date should be", text));
}

// Rows of other jobs in the same table are not looked at.
class PostgresSinkReader final : public SinkReader {
 public:
  PostgresSinkReader(std::string_view uri, const PostgresSettings& settings)
      : connection_(postgres_target(uri, settings, PostgresRole::kSink)), table_(postgres_table(connection_.target())) {
    // All that is read is of one moment.
    connection_.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  }

  std::vector<StoredKey> days() override {
    const PostgresResult found = connection_.execute(
        fmt::format("SELECT DISTINCT source_uuid, usage_start FROM {} WHERE source_uuid IS NOT NULL AND {}", table_, kOwnRows));
    std::vector<StoredKey> keys;
    for (int row = 0; row < found.rows(); ++row) keys.push_back({found.text(row, 0), day_from(found.text(row, 1))});
    std::sort(keys.begin(), keys.end());
    return keys;
  }

  std::vector<StoredRow> read_day(const StoredKey& key) override {
    const PostgresResult found =
        connection_.execute(fmt::format("SELECT {} FROM {} WHERE usage_start = $1::date AND source_uuid = $2::uuid AND {}",
                                        postgres_select_list(), table_, kOwnRows),
                            {to_string(key.day), key.source_uuid});
    std::vector<StoredRow> rows;
    for (int row = 0; row < found.rows(); ++row) rows.push_back(stored_row(found, row, 0));
    std::sort(rows.begin(), rows.end(), [](const StoredRow& left, const StoredRow& right) { return compare_canonical(left, right) < 0; });
    return rows;
  }

  std::vector<DayRecord> records() override {
    const PostgresResult found = connection_.execute(
        "SELECT source_uuid, day, files, reference_digest, config_digest, program_version, rows, digest FROM costmill.days "
        "WHERE tenant_schema = $1",
        {connection_.target().schema});
    std::vector<DayRecord> records;
    for (int row = 0; row < found.rows(); ++row) {
      records.push_back({.source_uuid = found.text(row, 0),
                         .day = day_from(found.text(row, 1)),
                         .files = fingerprints_from_json(found.text(row, 2), "costmill.days"),
                         .reference_digest = found.text(row, 3),
                         .config_digest = found.text(row, 4),
                         .program_version = found.text(row, 5),
                         .rows = static_cast<std::uint64_t>(found.integer(row, 6)),
                         .digest = found.text(row, 7)});
    }
    std::sort(records.begin(), records.end(), [](const DayRecord& left, const DayRecord& right) {
      return std::tie(left.source_uuid, left.day) < std::tie(right.source_uuid, right.day);
    });
    return records;
  }

 private:
  PostgresConnection connection_;
  const std::string table_;
};

}  // namespace

std::unique_ptr<SinkReader> open_postgres_reader(std::string_view uri, const PostgresSettings& settings) {
  return std::make_unique<PostgresSinkReader>(uri, settings);
}

}  // namespace costmill
