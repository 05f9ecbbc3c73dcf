#include "tenant/grants.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "summary/columns.h"
#include "tenant/quoting.h"
#include "tenant/read_tables.h"

namespace costmill {
namespace {

void require_role(PostgresConnection& connection, const std::string& role) {
  if (connection.execute("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname::text = $1", {role}).rows() == 1) return;
  throw Error(ErrorCode::kBadConfig,
              fmt::format("there is no role {0}; make it first: CREATE ROLE {0} LOGIN (and give it a password with \\password)",
                          quoted_name(role)));
}

// Of a schema or table, one row a privilege: what and whether it is held. No row if the object is not there.
PostgresResult held_privileges(PostgresConnection& connection, const NeededRights& needed, const std::string& role) {
  const std::string privileges = fmt::format("{{{}}}", fmt::join(needed.privileges, ","));
  const std::string of_role = role.empty() ? "current_user" : quoted_literal(role) + "::name";
  if (needed.kind == NeededRights::Kind::kSchema) {
    return connection.execute(fmt::format("SELECT p, has_schema_privilege({}, n.oid, p) FROM pg_catalog.pg_namespace n, "
                                          "unnest($2::text[]) p WHERE n.nspname = $1",
                                          of_role),
                              {needed.schema, privileges});
  }
  return connection.execute(
      fmt::format("SELECT p, has_table_privilege({}, c.oid, p) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                  "ON n.oid = c.relnamespace, unnest($3::text[]) p WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN "
                  "('r', 'p', 'v', 'm', 'f')",
                  of_role),
      {needed.schema, needed.table, privileges});
}

struct Lack {
  bool object_is_there = false;
  std::vector<std::string_view> privileges;
};

Lack lack_of(PostgresConnection& connection, const NeededRights& needed, const std::string& role) {
  const PostgresResult held = held_privileges(connection, needed, role);
  if (held.rows() == 0) return {.privileges = needed.privileges};
  Lack lack{.object_is_there = true};
  for (const std::string_view privilege : needed.privileges) {
    for (int row = 0; row < held.rows(); ++row) {
      if (held.text(row, 0) == privilege && !held.boolean(row, 1)) lack.privileges.push_back(privilege);
    }
  }
  return lack;
}

}  // namespace

std::vector<NeededRights> needed_rights(std::string_view tenant_schema, NodeTables node_tables) {
  using Kind = NeededRights::Kind;
  const std::string tenant(tenant_schema);
  std::vector<NeededRights> needed = {
      {Kind::kSchema, tenant, "", {"USAGE"}},
      {Kind::kTable, tenant, std::string(kSummaryTable), {"SELECT", "INSERT", "DELETE"}},
  };
  for (const ReadTable& table : kReadTables) {
    NeededRights& rights = needed.emplace_back(NeededRights{Kind::kTable, tenant, std::string(table.name), {"SELECT"}, true});
    const bool is_updated = table.name == "reporting_ocp_clusters" || table.name == "reporting_ocp_nodes";
    if (is_updated && node_tables == NodeTables::kUpdated) rights.privileges = {"SELECT", "INSERT", "UPDATE"};
  }
  needed.push_back({Kind::kTable, tenant, "partitioned_tables", {"SELECT"}, true});
  needed.push_back({Kind::kSchema, "costmill", "", {"USAGE"}});
  needed.push_back({Kind::kTable, "costmill", "days", {"SELECT", "INSERT", "UPDATE", "DELETE"}});
  needed.push_back({Kind::kTable, "costmill", "schema_version", {"SELECT"}});
  return needed;
}

std::vector<std::string_view> lacking_privileges(PostgresConnection& connection, const NeededRights& needed, const std::string& role) {
  return lack_of(connection, needed, role).privileges;
}

std::vector<std::string> missing_grants(PostgresConnection& connection, const std::string& role, Tables tables, NodeTables node_tables) {
  require_role(connection, role);
  std::vector<std::string> statements;
  for (const NeededRights& needed : needed_rights(connection.target().schema, node_tables)) {
    const Lack lack = lack_of(connection, needed, role);
    // Koku's registry is never made here; the other optional tables are, together with the summary table.
    const bool stays_missing = needed.optional && (tables == Tables::kThere || needed.table == "partitioned_tables");
    if (lack.privileges.empty() || (!lack.object_is_there && stays_missing)) continue;
    const std::string object = needed.kind == NeededRights::Kind::kSchema
                                   ? "SCHEMA " + quoted_name(needed.schema)
                                   : fmt::format("{}.{}", quoted_name(needed.schema), quoted_name(needed.table));
    statements.push_back(fmt::format("GRANT {} ON {} TO {}", fmt::join(lack.privileges, ", "), object, quoted_name(role)));
  }
  return statements;
}

}  // namespace costmill
