#include <gtest/gtest.h>
#include <sqlite3.h>

#include "day_builder.h"

namespace costmill {
namespace {

class SqliteSinkFile : public ::testing::Test {
 protected:
  std::string file() const { return (folder_ / "out.db").string(); }
  std::string uri() const { return "sqlite:" + file(); }

  void run() const {
    const auto sink = open_sink(uri(), {});
    write(*sink, DayBuilder(kSourceA, kDay).row("a", "n", 0.1).row("b", "n", 0.2).build());
    sink->finish();
  }

  // What another program sees.
  std::string query(const std::string& sql) const {
    sqlite3* database = nullptr;
    sqlite3_open(file().c_str(), &database);
    std::string text;
    const auto add = [](void* out, int columns, char** values, char**) {
      for (int c = 0; c < columns; ++c) *static_cast<std::string*>(out) += std::string(values[c] == nullptr ? "NULL" : values[c]) + "|";
      return 0;
    };
    char* message = nullptr;
    if (sqlite3_exec(database, sql.c_str(), add, &text, &message) != SQLITE_OK) text = message;
    sqlite3_free(message);
    sqlite3_close(database);
    return text;
  }

  TempFolder folder_;
};

TEST_F(SqliteSinkFile, KeepsDecimalsAsTextAndShowsThemAsReal) {
  run();
  const std::string table = "reporting_ocpusagelineitem_daily_summary";
  EXPECT_EQ(
      query("SELECT typeof(pod_usage_cpu_core_hours), pod_usage_cpu_core_hours, typeof(report_period_id), usage_start, length(uuid) FROM " +
            table + " ORDER BY namespace LIMIT 1"),
      "text|0.1|integer|2025-10-01|36|");
  EXPECT_EQ(query("SELECT typeof(pod_usage_cpu_core_hours), sum(pod_usage_cpu_core_hours) > 0.29, typeof(node_capacity_cpu_cores) FROM "
                  "daily_summary"),
            "real|1|null|");
  EXPECT_EQ(query("SELECT count(*) FROM pragma_table_info('" + table + "')"), "37|");
  EXPECT_EQ(query("SELECT value FROM costmill_meta WHERE key = 'schema_version'"), "3|");
  EXPECT_EQ(query("SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'daily%' ORDER BY name"),
            "daily_summary_by_data_source|daily_summary_by_day|daily_summary_by_namespace|daily_summary_by_node|");
  EXPECT_EQ(query("PRAGMA integrity_check"), "ok|");
  EXPECT_EQ(folder_.files(), (std::vector<std::string>{"out.db"}));
}

TEST_F(SqliteSinkFile, ADayIsCommittedBeforeTheRunIsFinished) {
  const auto sink = open_sink(uri(), {});
  write(*sink, DayBuilder(kSourceA, kDay).row("a", "n", 0.1).build());
  EXPECT_EQ(query("SELECT count(*) FROM daily_summary"), "1|");
}

TEST_F(SqliteSinkFile, RefusesANewerSchema) {
  run();
  query("UPDATE costmill_meta SET value = '4'");
  std::string message;
  EXPECT_EQ(code_of([&] { run(); }, &message), ErrorCode::kSinkUnavailable);
  EXPECT_NE(message.find("schema version 4"), std::string::npos);
  EXPECT_EQ(code_of([&] { open_sink_reader(uri()); }), ErrorCode::kSinkUnavailable);
}

TEST_F(SqliteSinkFile, ADayWhoseRowsAreNotAsManyAsRecordedIsUnsure) {
  run();
  const Day day = open_sink_reader(uri())->records().at(0).day;
  query("DELETE FROM reporting_ocpusagelineitem_daily_summary WHERE rowid = 1");
  const RecordedDays recorded = open_sink(uri(), {})->recorded_days(kSourceA, {day, day});
  EXPECT_TRUE(recorded.records.empty());
  EXPECT_EQ(recorded.unsure, std::set<Day>{day});
}

TEST_F(SqliteSinkFile, AnOlderSchemaIsBroughtUpToDateAndItsRecordsForgotten) {
  run();
  for (const char* column : {"reference", "config", "hours_seen", "totals"})
    query(std::string("ALTER TABLE costmill_days DROP COLUMN ") + column);
  query("UPDATE costmill_meta SET value = '1'");
  EXPECT_TRUE(open_sink_reader(uri())->records().empty());
  EXPECT_EQ(open_sink_reader(uri())->days().size(), 1U);
  run();
  EXPECT_EQ(query("SELECT value FROM costmill_meta"), "3|");
  EXPECT_EQ(open_sink_reader(uri())->records().size(), 1U);
}

TEST_F(SqliteSinkFile, RecordsWithoutTotalsStay) {
  run();
  query("ALTER TABLE costmill_days DROP COLUMN totals");
  query("UPDATE costmill_meta SET value = '2'");
  const std::vector<DayRecord> records = open_sink_reader(uri())->records();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_TRUE(records[0].totals.empty());
  const auto sink = open_sink(uri(), {});
  EXPECT_EQ(sink->recorded_days(kSourceA, {records[0].day, records[0].day}).records, records);
  EXPECT_EQ(query("SELECT value FROM costmill_meta"), "3|");
}

TEST_F(SqliteSinkFile, RefusesWhatIsNoDatabaseAndDatabasesOfOthers) {
  std::ofstream(file()) << std::string(5000, 'x');
  std::string message;
  EXPECT_EQ(code_of([&] { run(); }, &message), ErrorCode::kSinkUnavailable);
  EXPECT_NE(message.find("no SQLite database"), std::string::npos) << message;
  EXPECT_EQ(content_of(file()), std::string(5000, 'x'));
  EXPECT_EQ(code_of([&] { open_sink_reader(uri()); }), ErrorCode::kSinkUnavailable);

  std::filesystem::remove(file());
  query("CREATE TABLE reporting_ocpusagelineitem_daily_summary (x)");
  EXPECT_EQ(code_of([&] { run(); }), ErrorCode::kSinkUnavailable);
  EXPECT_EQ(code_of([&] { open_sink_reader(uri()); }), ErrorCode::kSinkUnavailable);
}

TEST_F(SqliteSinkFile, ALockedDatabaseIsAConflict) {
  run();
  sqlite3* other = nullptr;
  sqlite3_open(file().c_str(), &other);
  sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
  EXPECT_EQ(code_of([&] { run(); }), ErrorCode::kConflict);
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  run();
}

TEST_F(SqliteSinkFile, OthersTablesInTheFileStay) {
  query("CREATE TABLE mine (x); INSERT INTO mine VALUES (42)");
  run();
  EXPECT_EQ(query("SELECT x FROM mine"), "42|");
}

}  // namespace
}  // namespace costmill
