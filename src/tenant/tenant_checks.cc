#include <fmt/format.h>

#include <algorithm>

#include "summary/columns.h"
#include "tenant/doctor_checks.h"
#include "tenant/partitions.h"
#include "tenant/quoting.h"
#include "tenant/summary_table.h"

namespace costmill {
namespace {

constexpr const char* kTable = "summary table";
constexpr const char* kPartition = "partition";
constexpr const char* kDefaultPartition = "default partition";

constexpr ColumnDef kUuid{"uuid", ColumnKind::kUuid, 0};

// Whether the role is, or is a member of, the owner of the summary table; only owners make partitions.
bool owns_summary_table(PostgresConnection& connection) {
  return connection
      .execute(
          "SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "WHERE n.nspname = $1 AND c.relname = $2",
          {connection.target().schema, std::string(kSummaryTable)})
      .boolean(0, 0);
}

Findings check_column(const std::map<std::string, ColumnFound>& found, const ColumnDef& def) {
  const auto column = found.find(std::string(def.name));
  if (column == found.end()) {
    return {{Verdict::kProblem, kTable, fmt::format("the column {} ({}) is missing", def.name, sql_type(def)),
             fmt::format("run Koku's migrations, or ALTER TABLE ... ADD COLUMN {} {}", quoted_name(def.name), sql_type(def))}};
  }
  if (can_hold(column->second.type, def)) return {};
  return {{Verdict::kProblem, kTable, fmt::format("the column {} is {} and should be {}", def.name, column->second.type, sql_type(def)),
           "run Koku's migrations, or ALTER TABLE ... ALTER COLUMN ... TYPE"}};
}

bool is_filled(const std::string& name) {
  return name == kUuid.name || std::any_of(kColumns.begin(), kColumns.end(), [&](const ColumnDef& def) { return def.name == name; });
}

}  // namespace

Finding check_schema(PostgresConnection& connection) {
  const std::string& schema = connection.target().schema;
  constexpr const char* kCheck = "schema";
  if (schema.empty()) {
    return {Verdict::kProblem, kCheck, "no tenant schema was given",
            "set postgresql.schema, or ?schema=org1234567 in the URI; Koku names it after the organisation"};
  }
  const PostgresResult found =
      connection.execute("SELECT has_schema_privilege(oid, 'USAGE') FROM pg_catalog.pg_namespace WHERE nspname = $1", {schema});
  if (found.rows() == 0) {
    return {Verdict::kProblem, kCheck, fmt::format("there is no schema {}", schema),
            "check postgresql.schema and the database's name, or make it with `costmill init-db`"};
  }
  if (!found.boolean(0, 0)) {
    return {Verdict::kProblem, kCheck, fmt::format("the role may not use the schema {}", schema),
            "have its owner run `costmill init-db --role ROLE`"};
  }
  return {Verdict::kGood, kCheck, schema, ""};
}

Finding check_summary_table(PostgresConnection& connection) {
  const PostgresResult found = connection.execute(
      "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')",
      {connection.target().schema, std::string(kSummaryTable)});
  if (found.rows() == 1) return {Verdict::kGood, kTable, std::string(kSummaryTable), ""};
  return {Verdict::kProblem, kTable, fmt::format("there is no table {}.{}", connection.target().schema, kSummaryTable),
          "check postgresql.schema, run Koku's migrations, or make it with `costmill init-db`"};
}

std::map<std::string, ColumnFound> summary_columns(PostgresConnection& connection) {
  const PostgresResult found = connection.execute(
      "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' "
      "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped",
      {connection.target().schema, std::string(kSummaryTable)});
  std::map<std::string, ColumnFound> columns;
  for (int row = 0; row < found.rows(); ++row) columns[found.text(row, 0)] = {found.text(row, 1), found.boolean(row, 2)};
  return columns;
}

Findings check_columns(const std::map<std::string, ColumnFound>& found) {
  Findings findings = check_column(found, kUuid);
  for (const ColumnDef& def : kColumns) {
    for (Finding& finding : check_column(found, def)) findings.push_back(std::move(finding));
  }
  for (const auto& [name, column] : found) {
    if (!column.must_be_set || is_filled(name)) continue;
    findings.push_back({Verdict::kProblem, kTable, fmt::format("the column {} must have a value, and Costmill gives it none", name),
                        "give it a default, or ALTER TABLE ... ALTER COLUMN ... DROP NOT NULL"});
  }
  if (findings.empty()) findings.push_back({Verdict::kGood, kTable, fmt::format("{} columns as expected", kColumns.size() + 1), ""});
  return findings;
}

Finding check_partition(PostgresConnection& connection, Day today) {
  const std::string month = to_string(month_of(today));
  try {
    if (!missing_partition(connection, today)) return {Verdict::kGood, kPartition, fmt::format("rows of {} have a place", month), ""};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kConflict) throw;
    return {Verdict::kProblem, kPartition, error.what(), fmt::format("then run `costmill init-db --month {}`", month)};
  }
  const std::string advice = fmt::format("have the table's owner run `costmill init-db --month {}`", month);
  if (!owns_summary_table(connection))
    return {Verdict::kProblem, kPartition, fmt::format("there is none for {}, and the role may not make it", month), advice};
  return {Verdict::kWarning, kPartition, fmt::format("there is none for {}; the first run over that month makes it", month), advice};
}

Findings check_default_partition(PostgresConnection& connection) {
  const PostgresResult found = connection.execute(
      "SELECT d.relname, pg_relation_size(d.oid) > 0, has_table_privilege(d.oid, 'SELECT') FROM pg_catalog.pg_class c "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = c.oid "
      "JOIN pg_catalog.pg_class d ON d.oid = p.partdefid WHERE n.nspname = $1 AND c.relname = $2",
      {connection.target().schema, std::string(kSummaryTable)});
  if (found.rows() == 0) return {};
  const std::string name = found.text(0, 0);
  const std::string advice = "move them into month partitions: docs/postgresql.md, \"Rows in the default partition\"";
  const bool has_pages = found.boolean(0, 1);
  const bool may_look = found.boolean(0, 2);
  if (has_pages && !may_look) {
    return {{Verdict::kWarning, kDefaultPartition, fmt::format("{} may hold rows; the role may not look", name), advice}};
  }
  const std::string from = fmt::format("{}.{}", quoted_schema(connection.target()), quoted_name(name));
  if (has_pages && connection.execute(fmt::format("SELECT EXISTS (SELECT FROM {})", from)).boolean(0, 0)) {
    return {{Verdict::kWarning, kDefaultPartition, fmt::format("{} holds rows, so the partitions of their months cannot be made", name),
             advice}};
  }
  return {{Verdict::kGood, kDefaultPartition, "empty", ""}};
}

}  // namespace costmill
