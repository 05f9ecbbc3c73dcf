#include "tenant/node_table.h"

#include <fmt/format.h>

#include "tenant/setup.h"

namespace costmill {
namespace {

// The uuid of the source's row.
std::string update_cluster(PostgresConnection& connection, const ClusterIdentity& cluster) {
  const std::string table = quoted_schema(connection.target()) + ".reporting_ocp_clusters";
  const PostgresResult found = connection.execute(
      fmt::format("SELECT uuid, cluster_alias FROM {} WHERE provider_id = $1::uuid ORDER BY uuid LIMIT 1", table), {cluster.source_uuid});
  if (found.rows() == 0) {
    return connection
        .execute(fmt::format("INSERT INTO {} (uuid, cluster_id, cluster_alias, provider_id) VALUES (gen_random_uuid(), $1, $2, $3::uuid) "
                             "RETURNING uuid",
                             table),
                 {cluster.cluster_id, cluster.cluster_alias, cluster.source_uuid})
        .text(0, 0);
  }
  const std::string uuid = found.text(0, 0);
  if (found.optional_text(0, 1) != cluster.cluster_alias) {
    connection.execute(fmt::format("UPDATE {} SET cluster_alias = $2 WHERE uuid = $1::uuid", table), {uuid, cluster.cluster_alias});
  }
  return uuid;
}

// Rules 11.9 and 11.10 for one node. The server rounds cores half away from zero; fmt's text of a double is the shortest one.
std::string node_statement(const PostgresTarget& target) {
  return fmt::format(
      "WITH found AS ("
      "SELECT uuid FROM {0} WHERE cluster_id = $1::uuid AND node = $2::text AND resource_id IS NOT DISTINCT FROM $3::text "
      "AND node_capacity_cpu_cores IS NOT DISTINCT FROM $4::numeric(18,2) ORDER BY uuid LIMIT 1), "
      "filled AS ("
      "UPDATE {0} n SET node_role = $5::text, architecture = $6::text FROM found WHERE n.uuid = found.uuid "
      "AND (coalesce(n.node_role, '') = '' OR coalesce(n.architecture, '') = '') "
      "AND (n.node_role, n.architecture) IS DISTINCT FROM ($5::text, $6::text) RETURNING 1), "
      "added AS ("
      "INSERT INTO {0} (uuid, cluster_id, node, resource_id, node_capacity_cpu_cores, node_role, architecture) "
      "SELECT gen_random_uuid(), $1::uuid, $2::text, $3::text, $4::numeric(18,2), $5::text, $6::text "
      "WHERE NOT EXISTS (SELECT 1 FROM found) RETURNING 1) "
      "SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM filled)",
      quoted_schema(target) + ".reporting_ocp_nodes");
}

}  // namespace

NodeTableChanges update_node_table(PostgresConnection& connection, const ClusterIdentity& cluster, std::span<const SurveyedNode> nodes) {
  const std::string statement = node_statement(connection.target());
  const std::string advice =
      "the role may not change reporting_ocp_clusters and reporting_ocp_nodes; let their owner run `costmill init-db --role ROLE "
      "--update-nodes`";
  NodeTableChanges changes;
  explaining_missing_rights(connection, advice, [&] {
    PostgresTransaction transaction(connection);
    // Without a unique key, two runs that find the same node missing would both add it.
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('costmill.nodes.' || $1::text, 0))", {connection.target().schema});
    const std::string cluster_uuid = update_cluster(connection, cluster);
    for (const SurveyedNode& node : nodes) {
      const PostgresParameter cores = node.cpu_cores ? std::optional(fmt::format("{}", *node.cpu_cores)) : std::nullopt;
      const PostgresResult changed =
          connection.execute(statement, {cluster_uuid, node.node, node.resource_id, cores, node.role, node.architecture});
      changes.added += static_cast<std::size_t>(changed.integer(0, 0));
      changes.filled += static_cast<std::size_t>(changed.integer(0, 1));
    }
    transaction.commit();
  });
  return changes;
}

}  // namespace costmill
