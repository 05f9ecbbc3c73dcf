// The least rights that a role needs for runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postgres/connection.h"

namespace costmill {

// What a role needs of one schema or table.
struct NeededRights {
  enum class Kind { kSchema, kTable };

  Kind kind = Kind::kTable;
  std::string schema;
  std::string table;  // empty for a schema
  std::vector<std::string_view> privileges;
  bool optional = false;  // no trouble where the table is missing
};

// What runs do with reporting_ocp_clusters and reporting_ocp_nodes.
enum class NodeTables { kRead, kUpdated };

std::vector<NeededRights> needed_rights(std::string_view tenant_schema, NodeTables node_tables = NodeTables::kRead);

// Privileges of `needed` that the role lacks; all of them where the schema or table is not there. Role: current_user if empty.
std::vector<std::string_view> lacking_privileges(PostgresConnection& connection, const NeededRights& needed, const std::string& role);

enum class Tables { kThere, kToBeMade };

// GRANTs that the role lacks. Tables::kToBeMade: also those on tables that are not there yet. Error(kBadConfig) if there is no such role.
std::vector<std::string> missing_grants(PostgresConnection& connection, const std::string& role, Tables tables, NodeTables node_tables);

}  // namespace costmill
