#include "reference/reference_tables.h"

#include <fmt/format.h>

#include "postgres/connection.h"

namespace costmill {
namespace {

// Rule 1.
EnabledKeys read_enabled_keys(PostgresConnection& connection, const std::string& schema) {
  const PostgresResult found = connection.execute(
      fmt::format("SELECT key FROM {}.reporting_enabledtagkeys WHERE enabled AND provider_type = 'OCP' AND key IS NOT NULL", schema));
  std::vector<std::string> keys;
  for (int row = 0; row < found.rows(); ++row) keys.push_back(found.text(row, 0));
  return EnabledKeys::only(keys);
}

// Rule 4.
std::vector<CostCategoryPattern> read_cost_categories(PostgresConnection& connection, const std::string& schema) {
  const PostgresResult found = connection.execute(fmt::format(
      "SELECT namespace, cost_category_id FROM {}.reporting_ocp_cost_category_namespace WHERE namespace IS NOT NULL ORDER BY 1, 2",
      schema));
  std::vector<CostCategoryPattern> categories;
  for (int row = 0; row < found.rows(); ++row) {
    CostCategoryPattern& category = categories.emplace_back(CostCategoryPattern{found.text(row, 0), std::nullopt});
    if (!found.is_null(row, 1)) category.cost_category_id = static_cast<std::int32_t>(found.integer(row, 1));
  }
  return categories;
}

// Rule 9. Texts are compared by their bytes, whatever the database's collation.
decltype(ReferenceData::node_roles) read_node_roles(PostgresConnection& connection, const std::string& schema) {
  const PostgresResult found =
      connection.execute(fmt::format("SELECT node, resource_id, max(node_role COLLATE \"C\") FROM {}.reporting_ocp_nodes "
                                     "WHERE node IS NOT NULL AND resource_id IS NOT NULL GROUP BY node, resource_id",
                                     schema));
  decltype(ReferenceData::node_roles) roles;
  for (int row = 0; row < found.rows(); ++row) roles[{found.text(row, 0), found.text(row, 1)}] = found.optional_text(row, 2);
  return roles;
}

}  // namespace

ReferenceData read_reference_tables(const PostgresTarget& target) {
  const std::string schema = quoted_schema(target);
  PostgresConnection connection(target);
  connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  ReferenceData reference;
  reference.given = true;
  reference.enabled_keys = read_enabled_keys(connection, schema);
  reference.cost_categories = read_cost_categories(connection, schema);
  reference.node_roles = read_node_roles(connection, schema);
  return reference;
}

}  // namespace costmill
