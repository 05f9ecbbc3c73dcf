// reporting_ocp_clusters and reporting_ocp_nodes of a tenant, brought up to date from what a survey of the input found. Rule 11.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "postgres/connection.h"
#include "summary/day_rows.h"

namespace costmill {

struct SurveyedNode {
  std::string node;
  std::optional<std::string> resource_id;
  std::optional<double> cpu_cores;  // finite, below 10^16 in size
  std::string role;
  std::optional<std::string> architecture;

  bool operator==(const SurveyedNode&) const = default;
};

struct NodeTableChanges {
  std::size_t added = 0;
  std::size_t filled = 0;  // rows whose role or architecture was empty
};

// One transaction. Errors: kSinkDenied, with advice, without INSERT, UPDATE and SELECT on both tables; kSinkUnavailable, kConflict.
NodeTableChanges update_node_table(PostgresConnection& connection, const ClusterIdentity& cluster, std::span<const SurveyedNode> nodes);

}  // namespace costmill
