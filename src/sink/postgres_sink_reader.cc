#include <fmt/format.h>

#include <algorithm>

#include "sink/postgres_cells.h"
#include "sink/postgres_day_writer.h"
#include "sink/postgres_records.h"
#include "sink/sinks.h"
#include "sink/stored_cells.h"
#include "tenant/report_period.h"

namespace costmill {
namespace {

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
    for (int row = 0; row < found.rows(); ++row) keys.push_back({found.text(row, 0), postgres_day(found.text(row, 1))});
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

  std::vector<DayRecord> records() override { return postgres_records(connection_); }

  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return postgres_recorded_days(connection_, source_uuid, days);
  }

  std::optional<std::int32_t> report_period(const ClusterIdentity& cluster, Day month) override {
    return find_report_period(connection_, cluster.cluster_id, cluster.source_uuid, month);
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
