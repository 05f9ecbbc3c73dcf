// The tables of the SQLite sink. docs/formats.md lists them for people who query.
#pragma once

#include <string>

#include "sink/sqlite_database.h"

namespace costmill {

inline constexpr int kSqliteSchemaVersion = 3;
inline constexpr int kSqliteVersionOfRecords = 2;  // whose records say enough to tell what changed
inline constexpr int kSqliteVersionWithTotals = 3;

// Makes what is missing, and brings an older schema up to date. Error(kSinkUnavailable) if the file holds a newer schema, or tables of
// these names that are not ours.
void ensure_sqlite_schema(SqliteDatabase& database);
// The indexes for people's questions. Made after the first rows are in: sorting once is twice as fast as inserting into them.
void ensure_sqlite_indexes(SqliteDatabase& database);
// Error(kSinkUnavailable) unless it holds a schema that this version reads.
void check_sqlite_schema(SqliteDatabase& database);

// The version of a checked one.
int sqlite_schema_version(SqliteDatabase& database);

// "report_period_id, cluster_id, ..."
std::string sqlite_column_list();

}  // namespace costmill
