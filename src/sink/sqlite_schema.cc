#include "sink/sqlite_schema.h"

#include <fmt/format.h>

#include "costmill/error.h"
#include "summary/columns.h"

namespace costmill {
namespace {

std::string table_sql() {
  std::string sql = fmt::format("CREATE TABLE {} (uuid TEXT NOT NULL", kSummaryTable);
  for (const ColumnDef& column : kColumns) {
    sql += fmt::format(", {} {}", column.name, column.kind == ColumnKind::kInteger ? "INTEGER" : "TEXT");
  }
  return sql + ")";
}

// The decimals are kept as text, since REAL would lose digits; people who sum them want REAL.
std::string view_sql() {
  std::string sql = "CREATE VIEW daily_summary AS SELECT uuid";
  for (const ColumnDef& column : kColumns) {
    sql += column.kind == ColumnKind::kNumber ? fmt::format(", CAST({0} AS REAL) AS {0}", column.name) : fmt::format(", {}", column.name);
  }
  return fmt::format("{} FROM {}", sql, kSummaryTable);
}

constexpr const char* kStateSql = R"(
CREATE TABLE costmill_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE costmill_days (
  source_uuid TEXT NOT NULL, day TEXT NOT NULL, files TEXT NOT NULL, reference_digest TEXT NOT NULL, config_digest TEXT NOT NULL,
  program_version TEXT NOT NULL, rows INTEGER NOT NULL, digest TEXT NOT NULL, reference TEXT, config TEXT, hours_seen INTEGER,
  totals TEXT,
  PRIMARY KEY (source_uuid, day)) WITHOUT ROWID;)";

// Records without the columns of version 2 do not say enough to tell what changed.
constexpr const char* kTo2Sql = R"(
DELETE FROM costmill_days;
ALTER TABLE costmill_days ADD COLUMN reference TEXT;
ALTER TABLE costmill_days ADD COLUMN config TEXT;
ALTER TABLE costmill_days ADD COLUMN hours_seen INTEGER;
UPDATE costmill_meta SET value = '2' WHERE key = 'schema_version';)";

// Days recorded before have no totals, which only means that later days are not compared with them.
constexpr const char* kTo3Sql = R"(
ALTER TABLE costmill_days ADD COLUMN totals TEXT;
UPDATE costmill_meta SET value = '3' WHERE key = 'schema_version';)";

bool holds(SqliteDatabase& database, std::string_view name) {
  SqliteStatement statement(database, "SELECT 1 FROM sqlite_schema WHERE name = ?");
  statement.bind_text(1, name);
  return statement.step();
}

// A table of rows, no view and no virtual one, without triggers.
bool is_plain_table(SqliteDatabase& database, std::string_view name) {
  SqliteStatement statement(database,
                            "SELECT count(*) = 1 AND min(type = 'table' AND rootpage > 0) FROM sqlite_schema "
                            "WHERE name = ?1 OR (type = 'trigger' AND tbl_name = ?1)");
  statement.bind_text(1, name);
  return statement.step() && statement.integer(0) == 1;
}

[[noreturn]] void refuse(const SqliteDatabase& database, std::string_view reason) {
  throw Error(ErrorCode::kSinkUnavailable, fmt::format("{} {}", database.file(), reason), {.file = database.file()});
}

void create(SqliteDatabase& database) {
  database.execute(table_sql());
  // By this one days are found and replaced.
  database.execute(fmt::format("CREATE INDEX daily_summary_by_day ON {} (usage_start, source_uuid)", kSummaryTable));
  database.execute(view_sql());
  database.execute(kStateSql);
  database.execute(fmt::format("INSERT INTO costmill_meta VALUES ('schema_version', '{}')", kSqliteSchemaVersion));
}

}  // namespace

int sqlite_schema_version(SqliteDatabase& database) {
  SqliteStatement statement(database, "SELECT value FROM costmill_meta WHERE key = 'schema_version'");
  return statement.step() ? static_cast<int>(statement.integer(0)) : 0;
}

void ensure_sqlite_schema(SqliteDatabase& database) {
  SqliteTransaction transaction(database);
  if (holds(database, "costmill_meta")) {
    check_sqlite_schema(database);
    const int version = sqlite_schema_version(database);
    if (version == kSqliteSchemaVersion) return;
    if (version < 2) database.execute(kTo2Sql);
    database.execute(kTo3Sql);
    transaction.commit();
    return;
  }
  for (const std::string_view name : {kSummaryTable, std::string_view("daily_summary"), std::string_view("costmill_days")}) {
    if (holds(database, name)) {
      refuse(database, fmt::format("holds a table {} that Costmill did not make; choose another file for --sink sqlite:", name));
    }
  }
  create(database);
  transaction.commit();
}

void ensure_sqlite_indexes(SqliteDatabase& database) {
  for (const char* column : {"namespace", "node", "data_source"}) {
    database.execute(fmt::format("CREATE INDEX IF NOT EXISTS daily_summary_by_{0} ON {1} ({0})", column, kSummaryTable));
  }
}

void check_sqlite_schema(SqliteDatabase& database) {
  if (!holds(database, "costmill_meta")) refuse(database, "holds no summary of Costmill's; check the path, or run first");
  // A view can be endless, and a trigger do anything to the rows.
  for (const std::string_view name : {std::string_view("costmill_meta"), kSummaryTable, std::string_view("costmill_days")}) {
    if (!is_plain_table(database, name)) {
      refuse(database,
             fmt::format("holds {} in another form than Costmill makes it, so another program changed it; choose another file", name));
    }
  }
  const int version = sqlite_schema_version(database);
  if (0 < version && version <= kSqliteSchemaVersion) return;
  refuse(database, fmt::format("has schema version {}, this program knows {}; use the version of Costmill that wrote it, or another file",
                               version, kSqliteSchemaVersion));
}

std::string sqlite_column_list() {
  std::string list;
  for (const ColumnDef& column : kColumns) {
    if (!list.empty()) list += ", ";
    list += column.name;
  }
  return list;
}

}  // namespace costmill
