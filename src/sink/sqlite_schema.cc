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
  program_version TEXT NOT NULL, rows INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (source_uuid, day)) WITHOUT ROWID;)";

bool holds(SqliteDatabase& database, std::string_view name) {
  SqliteStatement statement(database, "SELECT 1 FROM sqlite_schema WHERE name = ?");
  statement.bind_text(1, name);
  return statement.step();
}

int version_in(SqliteDatabase& database) {
  SqliteStatement statement(database, "SELECT value FROM costmill_meta WHERE key = 'schema_version'");
  return statement.step() ? static_cast<int>(statement.integer(0)) : 0;
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

void ensure_sqlite_schema(SqliteDatabase& database) {
  SqliteTransaction transaction(database);
  if (holds(database, "costmill_meta")) {
    check_sqlite_schema(database);
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
  const int version = version_in(database);
  if (version == kSqliteSchemaVersion) return;
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
