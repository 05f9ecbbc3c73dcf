// `doctor`: looks at a database as a run would, and explains what stands in a run's way.
#pragma once

#include <vector>

#include "costmill/finding.h"
#include "postgres/target.h"
#include "tenant/grants.h"

namespace costmill {

// Changes nothing. Checks that depend on one that failed are left out. Does not throw for what it finds.
// Of a target for reference data, only what reading takes is examined. NodeTables::kUpdated: runs use --update-nodes.
std::vector<Finding> examine_database(const PostgresTarget& target, NodeTables node_tables);

}  // namespace costmill
