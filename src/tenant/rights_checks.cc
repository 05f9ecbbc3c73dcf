#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tenant/doctor_checks.h"
#include "tenant/grants.h"
#include "tenant/read_tables.h"
#include "tenant/state_schema.h"

namespace costmill {
namespace {

constexpr const char* kRights = "rights";
constexpr const char* kState = "schema costmill";

bool is_there(PostgresConnection& connection, const std::string& schema, std::string_view table) {
  return connection
             .execute(
                 "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                 "WHERE n.nspname = $1 AND c.relname = $2",
                 {schema, std::string(table)})
             .rows() == 1;
}

bool may_make_state_schema(PostgresConnection& connection) {
  return connection
      .execute(
          "SELECT CASE WHEN to_regnamespace('costmill') IS NULL THEN has_database_privilege(current_database(), 'CREATE') "
          "ELSE has_schema_privilege('costmill', 'CREATE') END")
      .boolean(0, 0);
}

}  // namespace

// Schemas and tables that are missing are the business of other checks.
Findings check_rights(PostgresConnection& connection, NodeTables node_tables) {
  const bool reads_only = connection.target().role == PostgresRole::kReference;
  Findings findings;
  for (const NeededRights& needed : needed_rights(connection.target().schema, node_tables)) {
    const bool is_table = needed.kind == NeededRights::Kind::kTable;
    if (!is_table || (reads_only && !needed.optional) || !is_there(connection, needed.schema, needed.table)) continue;
    const auto lacking = lacking_privileges(connection, needed, "");
    if (lacking.empty()) continue;
    findings.push_back({Verdict::kProblem, kRights,
                        fmt::format("the role lacks {} on {}.{}", fmt::join(lacking, ", "), needed.schema, needed.table),
                        fmt::format("have the owner run `costmill init-db --role ROLE{}`; with --dry-run it prints the grants",
                                    node_tables == NodeTables::kUpdated ? " --update-nodes" : "")});
  }
  if (findings.empty()) findings.push_back({Verdict::kGood, kRights, "all that runs need", ""});
  return findings;
}

Finding check_state_schema(PostgresConnection& connection) {
  const int version = state_schema_version(connection);
  if (state_schema_upgrade(version).empty()) return {Verdict::kGood, kState, fmt::format("version {}", version), ""};
  const std::string what = version == 0 ? "missing" : fmt::format("version {}, and this Costmill needs {}", version, kStateSchemaVersion);
  const std::string advice = "have the database's owner run `costmill init-db`";
  if (!may_make_state_schema(connection)) return {Verdict::kProblem, kState, what + ", and the role may not make it", advice};
  return {Verdict::kWarning, kState, what + "; the first run makes it", advice};
}

Findings check_reference_tables(PostgresConnection& connection) {
  Findings findings;
  for (const ReadTable& table : kReadTables) {
    if (table.without.empty() || is_there(connection, connection.target().schema, table.name)) continue;
    findings.push_back({Verdict::kWarning, "reference tables", fmt::format("there is no {}: {}", table.name, table.without),
                        "check postgresql.schema, or give --reference csv:DIR"});
  }
  if (findings.empty()) findings.push_back({Verdict::kGood, "reference tables", "all there", ""});
  return findings;
}

}  // namespace costmill
