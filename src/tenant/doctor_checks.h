// The single checks of `doctor`. They may throw Error, which examine_database turns into a finding.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "calendar/day.h"
#include "postgres/connection.h"
#include "tenant/doctor.h"

namespace costmill {

using Findings = std::vector<Finding>;

// --- of the server (server_checks.cc)

Finding check_server_version(int version);  // as PQserverVersion counts
Finding check_encryption(PostgresConnection& connection);
double clock_lead_seconds(PostgresConnection& connection);  // of this machine before the server
Finding check_clock(double lead_seconds);
Finding check_writes(PostgresConnection& connection);

// --- of the tenant (tenant_checks.cc, rights_checks.cc)

struct ColumnFound {
  std::string type;          // as format_type prints it
  bool must_be_set = false;  // NOT NULL without a default
};

Finding check_schema(PostgresConnection& connection);
Finding check_summary_table(PostgresConnection& connection);
std::map<std::string, ColumnFound> summary_columns(PostgresConnection& connection);
Findings check_columns(const std::map<std::string, ColumnFound>& found);
Finding check_partition(PostgresConnection& connection, Day today);
Findings check_default_partition(PostgresConnection& connection);
Findings check_rights(PostgresConnection& connection, NodeTables node_tables);
Finding check_state_schema(PostgresConnection& connection);
Findings check_reference_tables(PostgresConnection& connection);

}  // namespace costmill
