#include "run/clusters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/values.h"
#include "costmill/error.h"
#include "texts/printable.h"
#include "texts/utf8.h"

namespace costmill {
namespace {

std::string list_of(const std::vector<ClusterTree>& trees) {
  std::vector<std::string> names;
  for (const ClusterTree& tree : trees) names.push_back(fmt::format("organisation {} cluster {}", tree.org_id, tree.provider_uuid));
  return fmt::format("{}", fmt::join(names, "; "));
}

// The trees in the store that a configured cluster may mean.
std::vector<ClusterTree> find_trees(const Config& config, const ClusterConfig& cluster, const Layout& layout, Store& store) {
  const std::vector<std::string> expected = layout.cluster_patterns();
  if (expected.empty()) {
    throw Error(ErrorCode::kBadConfig,
                "which cluster? the path templates of its pods do not tell; give --cluster UUID and, if a path names {org_id}, --org");
  }
  std::vector<ClusterTree> trees = layout.find_clusters(store);
  if (trees.empty()) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("no cluster under {}: expected {}; check --input and --layout", store.uri(), fmt::join(expected, " or ")));
  }
  const std::vector<ClusterTree> all = trees;
  std::erase_if(trees, [&](const ClusterTree& tree) {
    return (config.org_id && !tree.org_id.empty() && tree.org_id != org_in_paths(*config.org_id)) ||
           (cluster.provider_uuid && tree.provider_uuid != *cluster.provider_uuid);
  });
  if (trees.empty()) {
    throw Error(ErrorCode::kBadInput,
                fmt::format("the configured organisation and cluster are not under {}; there are: {}", store.uri(), list_of(all)));
  }
  for (ClusterTree& tree : trees) {
    if (tree.org_id.empty() && config.org_id) tree.org_id = org_in_paths(*config.org_id);  // the pods' paths do not name it
  }
  return trees;
}

std::vector<ClusterTree> trees_of(const Config& config, const ClusterConfig& cluster, const Layout& layout, Store& store) {
  if (config.org_id && cluster.provider_uuid) return {{org_in_paths(*config.org_id), *cluster.provider_uuid}};
  if (cluster.provider_uuid && layout.needs_no_organisation()) return {{"", *cluster.provider_uuid}};
  std::vector<ClusterTree> trees = find_trees(config, cluster, layout, store);
  if (trees.size() > 1 && !config.all_clusters) {
    throw Error(ErrorCode::kBadConfig,
                fmt::format("several clusters under {}: {}; choose with --cluster UUID (and --org), or --cluster all", store.uri(),
                            list_of(trees)));
  }
  return trees;
}

// It becomes a part of paths, rows and records.
void require_uuid(const ClusterTree& tree, const Store& store) {
  if (is_uuid(tree.provider_uuid)) return;
  throw Error(ErrorCode::kBadInput, fmt::format("under {} is the folder of a cluster {}, which is no UUID; take it out of the input, or "
                                                "choose another cluster with --cluster UUID",
                                                store.uri(), as_shown(tree.provider_uuid)));
}

void require_length(const char* key, const std::string& text, Column column) {
  if (code_point_count(text) <= def_of(column).max_code_points) return;
  throw Error(ErrorCode::kBadConfig, fmt::format("{} has more than {} characters, which {} cannot hold", key,
                                                 def_of(column).max_code_points, def_of(column).name));
}

DateRange window_of(const ClusterConfig& cluster, const ClusterTree& tree, const Layout& layout, Store& store) {
  if (cluster.window) return *cluster.window;
  std::vector<std::string> months;
  for (const Month month : layout.find_months(store, tree)) months.push_back(to_string(month));
  const std::string there = months.empty() ? "" : fmt::format("; cluster {} has {}", tree.provider_uuid, fmt::join(months, ", "));
  throw Error(ErrorCode::kBadConfig, "which days? give --month YYYY-MM, or --from and --to" + there);
}

// With --cluster all a cluster that came later, or is gone, harms no other; a tree whose paths do not tell months is asked for all.
void leave_out_months_without_folders(ChosenCluster& cluster, Store& store) {
  const std::vector<Month> there = cluster.layout.find_months(store, cluster.tree);
  if (there.empty()) return;
  const auto is_there = [&](const MonthPiece& piece) { return std::find(there.begin(), there.end(), piece.month) != there.end(); };
  for (const MonthPiece& piece : cluster.pieces) {
    if (!is_there(piece)) cluster.left_out.push_back(piece.month);
  }
  std::erase_if(cluster.pieces, [&](const MonthPiece& piece) { return !is_there(piece); });
}

// Where nothing is left there is something wrong, and planning says where it looked.
void leave_out_months_without_folders(std::vector<ChosenCluster>& clusters, Store& store) {
  std::vector<ChosenCluster> found = clusters;
  for (ChosenCluster& cluster : found) leave_out_months_without_folders(cluster, store);
  if (std::any_of(found.begin(), found.end(), [](const ChosenCluster& cluster) { return !cluster.pieces.empty(); }))
    clusters = std::move(found);
}

}  // namespace

ClusterIdentity identity_of(const ClusterConfig& cluster, const ClusterTree& tree) {
  ClusterIdentity identity;
  identity.source_uuid = tree.provider_uuid;
  identity.cluster_id = cluster.cluster_id.value_or(tree.provider_uuid);
  identity.cluster_alias = cluster.cluster_alias.value_or(identity.cluster_id);
  identity.report_period_id = cluster.report_period_id;
  require_length("ocp.cluster_id", identity.cluster_id, Column::kClusterId);
  require_length("ocp.cluster_alias", identity.cluster_alias, Column::kClusterAlias);
  return identity;
}

std::vector<ChosenCluster> choose_clusters(const Config& config, Store& store) {
  std::vector<ChosenCluster> chosen;
  for (const ClusterConfig& cluster : config.clusters) {
    const Layout layout(config.run.layout, cluster.paths);
    const std::vector<ClusterTree> trees = trees_of(config, cluster, layout, store);
    if (trees.size() > 1 && (cluster.cluster_id || cluster.cluster_alias || cluster.report_period_id)) {
      throw Error(ErrorCode::kBadConfig,
                  fmt::format("ocp.cluster_id, cluster_alias and report_period_id describe one cluster, but --cluster all means {}: {}; "
                              "describe each in `clusters:`",
                              trees.size(), list_of(trees)));
    }
    for (const ClusterTree& tree : trees) {
      require_uuid(tree, store);
      const DateRange window = window_of(cluster, tree, layout, store);
      chosen.push_back({identity_of(cluster, tree), tree, layout, window, cut_at_month_ends(window)});
    }
  }
  if (config.all_clusters) leave_out_months_without_folders(chosen, store);
  return chosen;
}

}  // namespace costmill
