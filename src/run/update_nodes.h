// `run --update-nodes`: a tenant's node tables are brought up to date before reference data is read. Rule 11.
#pragma once

#include "memory/memory.h"
#include "postgres/target.h"
#include "run/clusters.h"
#include "run/run.h"

namespace costmill {

// Of the reference, else of the sink. Error(kBadConfig) if neither is a PostgreSQL database.
PostgresTarget node_database(const Config& config, const PostgresSettings& settings);

struct NodeUpdate {
  const Config& config;
  Store& store;
  MemoryBudget& budget;
  arrow::MemoryPool* pool = nullptr;
  std::int64_t read_ahead_bytes = 0;
  const RunEvents& events;
  const std::atomic<bool>& cancelled;
};

// Month by month, each in a transaction of its own. What cannot be read is left out, with a warning: the summary refuses its days.
void update_nodes(const PostgresTarget& database, const std::vector<ChosenCluster>& clusters, const NodeUpdate& update);

}  // namespace costmill
