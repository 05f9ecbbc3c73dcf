// `init-db`: what a database lacks for a tenant's summaries, as SQL.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calendar/day.h"
#include "postgres/connection.h"
#include "tenant/grants.h"

namespace costmill {

struct InitDbOptions {
  std::vector<Month> months;        // that get a partition
  std::optional<std::string> role;  // gets the least rights that runs need
  NodeTables node_tables = NodeTables::kRead;
};

// The statements that are missing, in order; empty if all is there. Reads the catalog only. A Koku tenant's own tables are left as
// they are. Errors: kBadConfig, kSinkUnavailable, kSinkDenied, kConflict.
std::vector<std::string> init_db_statements(PostgresConnection& connection, const InitDbOptions& options);
// Runs them, in one transaction; gives back what it ran.
std::vector<std::string> init_db(PostgresConnection& connection, const InitDbOptions& options);

}  // namespace costmill
