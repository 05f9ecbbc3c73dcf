// Which clusters a run is about: configured, or found in the input.
#pragma once

#include <vector>

#include "catalog/layout.h"
#include "config/config.h"
#include "plan/window.h"
#include "summary/day_rows.h"

namespace costmill {

struct ChosenCluster {
  ClusterIdentity identity;
  ClusterTree tree;
  Layout layout;
  DateRange window;
  std::vector<MonthPiece> pieces;    // of the window; of --cluster all only those whose months have folders for the cluster
  std::vector<Month> left_out = {};  // months of the window that have none
};

// Errors: kBadConfig if the choice is not clear (lists what is there) or no window is given, kBadInput if there is no cluster.
std::vector<ChosenCluster> choose_clusters(const Config& config, Store& store);

// How the cluster is called in its rows; what is not configured follows from its UUID. Error(kBadConfig) for a name that is too long.
ClusterIdentity identity_of(const ClusterConfig& cluster, const ClusterTree& tree);

}  // namespace costmill
