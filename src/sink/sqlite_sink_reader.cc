#include <fmt/format.h>

#include "costmill/error.h"
#include "sink/sinks.h"
#include "sink/sqlite_schema.h"
#include "sink/state_file.h"

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
    while (select.step()) keys.push_back({select.text(0), day_from(select.text(1))});
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
        if (!select.is_null(static_cast<int>(c))) row[c] = select.text(static_cast<int>(c));
      }
    }
    return rows;
  }

  std::vector<DayRecord> records() override {
    SqliteStatement select(database_,
                           "SELECT source_uuid, day, files, reference_digest, config_digest, program_version, rows, digest "
                           "FROM costmill_days ORDER BY source_uuid, day");
    std::vector<DayRecord> records;
    while (select.step()) {
      records.push_back({.source_uuid = select.text(0),
                         .day = day_from(select.text(1)),
                         .files = fingerprints_from_json(select.text(2), database_.file()),
                         .reference_digest = select.text(3),
                         .config_digest = select.text(4),
                         .program_version = select.text(5),
                         .rows = static_cast<std::uint64_t>(select.integer(6)),
                         .digest = select.text(7)});
    }
    return records;
  }

 private:
  Day day_from(const std::string& text) const {
    const std::optional<Day> day = parse_day(text);
    if (day) return *day;
    throw Error(ErrorCode::kSinkUnavailable,
                fmt::format("{} holds '{}' where a date should be, so another program changed it; run with --full into another file",
                            database_.file(), text),
                {.file = database_.file()});
  }

  SqliteDatabase database_;
};

}  // namespace

std::unique_ptr<SinkReader> open_sqlite_reader(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) throw_nothing_to_read(file, "an SQLite database");
  return std::make_unique<SqliteSinkReader>(file);
}

}  // namespace costmill
