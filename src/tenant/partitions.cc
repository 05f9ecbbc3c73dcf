#include "tenant/partitions.h"

#include <fmt/format.h>

#include "summary/columns.h"
#include "tenant/partition_bounds.h"
#include "tenant/quoting.h"
#include "tenant/setup.h"

namespace costmill {
namespace {

// As Koku names them.
std::string partition_name(Month month) { return fmt::format("{}_{:04}_{:02}", kSummaryTable, month.year, month.month); }

Day first_day_after(Month month) { return last_day(month).next(); }

std::string qualified(std::string_view schema, std::string_view table) { return quoted_name(schema) + "." + quoted_name(table); }

std::string where_of(Month month) {
  return fmt::format("usage_start >= '{}' AND usage_start < '{}'", to_string(first_day(month)), to_string(first_day_after(month)));
}

[[noreturn]] void conflict(Month month, const std::string& what) {
  throw Error(ErrorCode::kConflict, fmt::format("partition {}: {}", partition_name(month), what), {.day = to_string(first_day(month))});
}

// The table's oid; nullopt if it is not partitioned by ranges of usage_start: then whoever made it knows where rows go.
std::optional<std::string> partitioned_table(PostgresConnection& connection) {
  const std::string& schema = connection.target().schema;
  const PostgresResult found = connection.execute(
      "SELECT c.oid, c.relkind = 'p' AND pg_get_partkeydef(c.oid) IN ('RANGE (usage_start)', 'RANGE (\"usage_start\")') "
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
      {schema, std::string(kSummaryTable)});
  if (found.rows() == 0) {
    throw Error(ErrorCode::kSinkUnavailable,
                fmt::format("PostgreSQL ({}): there is no table {}.{}; check postgresql.schema, or make it with `costmill init-db`",
                            connection.target().shown, schema, kSummaryTable));
  }
  return found.boolean(0, 1) ? std::optional(found.text(0, 0)) : std::nullopt;
}

// Whether an attached partition takes the day.
bool is_taken(PostgresConnection& connection, const std::string& table_oid, Day day) {
  const PostgresResult partitions = connection.execute(
      "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_catalog.pg_inherits i "
      "JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::oid ORDER BY c.relname",
      {table_oid});
  std::optional<std::string> overlapping;
  for (int row = 0; row < partitions.rows(); ++row) {
    const auto bounds = parse_bounds(partitions.text(row, 1));
    if (!bounds) continue;
    if (bounds->takes(day)) return true;
    if (bounds->takes_some_of(month_of(day))) overlapping = partitions.text(row, 0);
  }
  if (overlapping) {
    conflict(month_of(day), fmt::format("{} takes a part of the month already, so no month partition fits; make one for the days around {} "
                                        "by hand",
                                        *overlapping, to_string(day)));
  }
  return false;
}

// Koku's registry counts where its trigger makes the partitions.
bool has_registry(PostgresConnection& connection) {
  return connection
      .execute(
          "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' "
          "WHERE n.nspname = $1 AND c.relname = 'partitioned_tables')",
          {connection.target().schema})
      .boolean(0, 0);
}

void refuse_registered(PostgresConnection& connection, Month month) {
  const std::string& schema = connection.target().schema;
  const PostgresResult row = connection.execute(
      fmt::format("SELECT active FROM {} WHERE schema_name = $1 AND table_name = $2", qualified(schema, "partitioned_tables")),
      {schema, partition_name(month)});
  if (row.rows() == 0) return;
  if (row.boolean(0, 0)) conflict(month, "it is registered in partitioned_tables but not attached; compare the two and mend the registry");
  conflict(month, fmt::format("it is detached, perhaps because Koku moves rows into it; wait, or attach it: UPDATE {} SET active = true "
                              "WHERE table_name = {}",
                              qualified(schema, "partitioned_tables"), quoted_literal(partition_name(month))));
}

// A table of the partition's name that is not attached: CREATE TABLE would fail, and Koku's trigger silently do nothing.
void refuse_name_taken(PostgresConnection& connection, Month month) {
  const std::string& schema = connection.target().schema;
  const PostgresResult found = connection.execute(
      "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = "
      "$2",
      {schema, partition_name(month)});
  if (found.rows() == 0) return;
  conflict(month, fmt::format("a table of this name is there but not attached for the month; attach it: ALTER TABLE {} ATTACH PARTITION {} "
                              "FOR VALUES FROM ('{}') TO ('{}')",
                              qualified(schema, kSummaryTable), qualified(schema, partition_name(month)), to_string(first_day(month)),
                              to_string(first_day_after(month))));
}

// Asked of the parent: SELECT on it is enough, and no other partition takes days of the month.
void refuse_rows_in_default(PostgresConnection& connection, Month month) {
  const std::string table = qualified(connection.target().schema, kSummaryTable);
  if (!connection.execute(fmt::format("SELECT EXISTS (SELECT FROM {} WHERE {})", table, where_of(month))).boolean(0, 0)) return;
  conflict(month,
           "the default partition holds rows of the month; move them first, as in docs/postgresql.md, \"Rows in the default partition\"");
}

std::string registry_statement(std::string_view schema, Month month) {
  return fmt::format(
      "INSERT INTO {} (schema_name, table_name, partition_of_table_name, partition_type, partition_col, partition_parameters, active) "
      "VALUES ({}, {}, {}, 'range', 'usage_start', '{{\"default\": false, \"from\": \"{}\", \"to\": \"{}\"}}', true)",
      qualified(schema, "partitioned_tables"), quoted_literal(schema), quoted_literal(partition_name(month)), quoted_literal(kSummaryTable),
      to_string(first_day(month)), to_string(first_day_after(month)));
}

bool lacks_partition(PostgresConnection& connection, Day day) {
  const auto table = partitioned_table(connection);
  return table && !is_taken(connection, *table, day);
}

void make_partition(PostgresConnection& connection, Day day) {
  PostgresTransaction transaction(connection);
  take_setup_lock(connection);
  // Somebody else may have made it while this one waited.
  if (const auto statement = missing_partition(connection, day)) connection.execute(*statement);
  transaction.commit();
}

}  // namespace

std::string partition_statement(std::string_view schema, Month month) {
  return fmt::format("CREATE TABLE {} PARTITION OF {} FOR VALUES FROM ('{}') TO ('{}')", qualified(schema, partition_name(month)),
                     qualified(schema, kSummaryTable), to_string(first_day(month)), to_string(first_day_after(month)));
}

std::optional<std::string> missing_partition(PostgresConnection& connection, Day day) {
  const Month month = month_of(day);
  const auto table = partitioned_table(connection);
  if (!table || is_taken(connection, *table, day)) return std::nullopt;
  const bool registered = has_registry(connection);
  if (registered) refuse_registered(connection, month);
  refuse_name_taken(connection, month);
  refuse_rows_in_default(connection, month);
  const std::string& schema = connection.target().schema;
  return registered ? registry_statement(schema, month) : partition_statement(schema, month);
}

void ensure_partition(PostgresConnection& connection, Day day) {
  // Of the registry too: a role with the least rights may read neither it nor make tables.
  const std::string advice =
      fmt::format("there is no partition for {0}, and the role may not make it; have the owner of {1} run `costmill init-db --month {0}`",
                  to_string(month_of(day)), connection.target().schema);
  explaining_missing_rights(connection, advice, [&] {
    if (!lacks_partition(connection, day)) return;
    try {
      make_partition(connection, day);
    } catch (const Error&) {
      // Koku makes partitions too, and takes no lock of ours: what looks like a conflict may be a partition that is there a moment later.
      if (lacks_partition(connection, day)) throw;
    }
  });
}

}  // namespace costmill
