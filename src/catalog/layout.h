// Where the files of a table lie under the input's root. docs/layouts.md shows both layouts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/day.h"
#include "catalog/store.h"
#include "config/config.h"

namespace costmill {

enum class Table { kPodHourly, kPodDaily, kStorageDaily, kNodeLabels, kNamespaceLabels };

inline constexpr Table kAllTables[] = {Table::kPodHourly, Table::kPodDaily, Table::kStorageDaily, Table::kNodeLabels,
                                       Table::kNamespaceLabels};

std::string_view name_of(Table table);  // for messages, e.g. "daily pods"

// Which cluster's tree of files.
struct ClusterTree {
  std::string org_id;  // as in the paths, without the prefix `acct`
  std::string provider_uuid;
};

// Files of one table and month.
struct TableFiles {
  std::vector<std::string> looked_in;  // patterns, for messages
  std::vector<StoredFile> files;       // *.parquet, sorted by path, zero-byte files included
};

class Layout {
 public:
  Layout(LayoutKind kind, PathTemplates templates) : kind_(kind), templates_(std::move(templates)) {}

  TableFiles find(Store& store, const ClusterTree& tree, Month month, Table table) const;

  // Every table has a template of its own, and none names {org_id}.
  bool needs_no_organisation() const;

  // The folders of pods that tell clusters apart; none: the configured templates do not name {provider_uuid}.
  std::vector<std::string> cluster_patterns() const;
  // The clusters whose pod tables are in the store.
  std::vector<ClusterTree> find_clusters(Store& store) const;
  // Months for which the cluster has folders of pods; none where a template does not name {year} and {month}.
  std::vector<Month> find_months(Store& store, const ClusterTree& tree) const;

 private:
  // Below each folder that the `*` levels match, the first pattern with files wins.
  std::vector<std::string> patterns_of(Table table) const;
  std::vector<std::string> pod_patterns() const;

  LayoutKind kind_;
  PathTemplates templates_;
};

// Koku's schema names are paths without their prefix `acct`.
std::string org_in_paths(std::string_view org_id);

}  // namespace costmill
