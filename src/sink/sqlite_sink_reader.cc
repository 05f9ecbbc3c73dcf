#include <fmt/format.h>

#include "costmill/error.h"
#include "sink/sinks.h"
#include "sink/sqlite_records.h"
#include "sink/sqlite_schema.h"
#include "sink/stored_cells.h"
#include "texts/printable.h"

namespace costmill {
namespace {

class SqliteSinkReader final : public SinkReader {
 public:
  // Opened for writing where that is allowed: only so can SQLite undo what a killed writer left half done.
  explicit SqliteSinkReader(const std::filesystem::path& file) : database_(file, SqliteDatabase::Open::kExisting) {
    check_sqlite_schema(database_);
    database_.execute("PRAGMA query_only = 1");
  }

  std::vector<StoredKey> days() override {
    SqliteStatement select(
        database_, fmt::format("SELECT DISTINCT source_uuid, usage_start FROM {} ORDER BY source_uuid, usage_start", kSummaryTable));
    std::vector<StoredKey> keys;
    while (select.step()) keys.push_back({select.text(0), sqlite_day(database_, select.text(1))});
    return keys;
  }

  std::vector<StoredRow> read_day(const StoredKey& key) override {
    SqliteStatement select(database_, fmt::format("SELECT {} FROM {} WHERE usage_start = ? AND source_uuid = ? ORDER BY rowid",
                                                  sqlite_column_list(), kSummaryTable));
    const std::string day = to_string(key.day);
    select.bind_text(1, day);
    select.bind_text(2, key.source_uuid);
    std::vector<StoredRow> rows;
    while (select.step()) {
      StoredRow& row = rows.emplace_back(kColumns.size());
      for (std::size_t c = 0; c < kColumns.size(); ++c) {
        if (select.is_null(static_cast<int>(c))) continue;
        row[c] = select.text(static_cast<int>(c));
        if (is_numeric(kColumns[c].kind) && !canonicalize_number(*row[c])) fail_number(c, *row[c]);
      }
    }
    return rows;
  }

  std::vector<DayRecord> records() override { return sqlite_records(database_); }

  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return sqlite_recorded_days(database_, source_uuid, days);
  }

 private:
  [[noreturn]] void fail_number(std::size_t c, const std::string& text) const {
    throw Error(
        ErrorCode::kSinkUnavailable,
        fmt::format("{} column {} holds {} where a number should be, so another program changed it; run with --full into another file",
                    database_.file(), kColumns[c].name, as_shown(text)),
        {.file = database_.file(), .column = std::string(kColumns[c].name)});
  }

  SqliteDatabase database_;
};

}  // namespace

std::unique_ptr<SinkReader> open_sqlite_reader(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) throw_nothing_to_read(file, "an SQLite database");
  return std::make_unique<SqliteSinkReader>(file);
}

}  // namespace costmill
