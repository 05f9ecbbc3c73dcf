#include "catalog/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "catalog/path_pattern.h"

namespace costmill {
namespace {

std::string filled_in(const std::string& pattern, const ClusterTree& tree, Month month) {
  std::string path = replaced(pattern, kProviderUuid, tree.provider_uuid);
  path = replaced(path, kOrgId, tree.org_id);
  path = replaced(path, kYear, fmt::format("{:04}", month.year));
  return replaced(path, kMonth, fmt::format("{:02}", month.month));
}

bool is_data_file(const StoredFile& file) {
  const std::string_view path = file.path;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.ends_with(".parquet") && !is_hidden(name);
}

std::vector<StoredFile> data_files(Store& store, std::string_view folders, std::string_view file_pattern) {
  std::vector<StoredFile> files;
  for (const std::string& folder : match_folders(store, folders)) {
    for (StoredFile& file : store.list_files(folder)) {
      const std::string_view path = file.path;
      if (is_data_file(file) && matches_level(path.substr(path.rfind('/') + 1), file_pattern)) files.push_back(std::move(file));
    }
  }
  return files;
}

void add_new(std::vector<std::string>& texts, const std::string& text) {
  if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

}  // namespace

std::string_view name_of(Table table) {
  switch (table) {
    case Table::kPodHourly: return "hourly pods";
    case Table::kPodDaily: return "daily pods";
    case Table::kStorageDaily: return "daily storage";
    case Table::kNodeLabels: return "daily node labels";
    case Table::kNamespaceLabels: return "daily namespace labels";
  }
  return "";
}

std::string org_in_paths(std::string_view org_id) {
  constexpr std::string_view kPrefix = "acct";
  return std::string(org_id.starts_with(kPrefix) ? org_id.substr(kPrefix.size()) : org_id);
}

std::vector<std::string> Layout::patterns_of(Table table) const {
  const auto own = [&]() -> std::vector<std::string> {
    switch (table) {
      case Table::kPodHourly: return {templates_.pod_hourly.value_or("")};
      case Table::kPodDaily: return {templates_.pod_daily.value_or("")};
      case Table::kStorageDaily: return {templates_.storage_daily.value_or(""), templates_.storage.value_or("")};
      case Table::kNodeLabels: return {templates_.node_labels.value_or("")};
      case Table::kNamespaceLabels: return {templates_.namespace_labels.value_or("")};
    }
    return {};
  }();
  std::vector<std::string> patterns;
  std::copy_if(own.begin(), own.end(), std::back_inserter(patterns), [](const std::string& pattern) { return !pattern.empty(); });
  if (!patterns.empty()) return patterns;

  constexpr std::string_view kPartition = "source={provider_uuid}/year={year}/month={month}";
  const auto koku = [&](std::string_view daily, std::string_view report_type) {
    return std::vector<std::string>{fmt::format("data/parquet/{}{{org_id}}/OCP/{}/{}", daily, report_type, kPartition)};
  };
  const auto poc = [&](std::string_view table_name) {
    return fmt::format("data/{{org_id}}/OCP/{}/*/openshift_{}", kPartition, table_name);
  };
  const bool is_koku = kind_ == LayoutKind::kKoku;
  switch (table) {
    case Table::kPodHourly: return is_koku ? koku("", "pod_usage") : std::vector{poc("pod_usage_line_items")};
    case Table::kPodDaily: return is_koku ? koku("daily/", "pod_usage") : std::vector{poc("pod_usage_line_items")};
    case Table::kStorageDaily:
      return is_koku ? koku("daily/", "storage_usage")
                     : std::vector{poc("storage_usage_line_items_daily"), poc("storage_usage_line_items")};
    case Table::kNodeLabels: return is_koku ? koku("daily/", "node_labels") : std::vector{poc("node_labels_line_items")};
    case Table::kNamespaceLabels: return is_koku ? koku("daily/", "namespace_labels") : std::vector{poc("namespace_labels_line_items")};
  }
  return {};
}

std::vector<std::string> Layout::pod_patterns() const {
  std::vector<std::string> patterns = patterns_of(Table::kPodDaily);
  for (const std::string& pattern : patterns_of(Table::kPodHourly)) add_new(patterns, pattern);
  return patterns;
}

bool Layout::needs_no_organisation() const {
  return std::all_of(std::begin(kAllTables), std::end(kAllTables), [&](Table table) {
    const std::vector<std::string> patterns = patterns_of(table);
    return std::none_of(patterns.begin(), patterns.end(), [](const std::string& p) { return p.find(kOrgId) != std::string::npos; });
  });
}

TableFiles Layout::find(Store& store, const ClusterTree& tree, Month month, Table table) const {
  TableFiles found;
  std::string parents;
  std::set<std::string> served;  // parents in which an earlier pattern found files
  for (const std::string& pattern : patterns_of(table)) {
    const std::string path = filled_in(pattern, tree, month);
    const PathParts parts = parts_of(path);
    // Only below the same parents one pattern can stand in for another.
    if (!found.files.empty() && parts.parents != parents) break;
    parents = parts.parents;
    found.looked_in.push_back(path);
    for (const std::string& parent : match_folders(store, parts.parents)) {
      if (served.contains(parent)) continue;
      std::vector<StoredFile> files = data_files(store, parent + parts.folders, parts.files);
      if (files.empty()) continue;
      served.insert(parent);
      std::move(files.begin(), files.end(), std::back_inserter(found.files));
    }
  }
  std::sort(found.files.begin(), found.files.end(), [](const StoredFile& a, const StoredFile& b) { return a.path < b.path; });
  return found;
}

std::vector<std::string> Layout::cluster_patterns() const {
  std::vector<std::string> patterns;
  for (const std::string& pattern : pod_patterns()) {
    const bool names_org = pattern.find(kOrgId) != std::string::npos;
    add_new(patterns, names_org ? cut_below(pattern, {kOrgId, kProviderUuid}) : cut_below(pattern, {kProviderUuid}));
  }
  return patterns;
}

std::vector<ClusterTree> Layout::find_clusters(Store& store) const {
  std::set<std::pair<std::string, std::string>> found;
  for (const std::string& pattern : cluster_patterns()) {
    for (PathNames& names : names_in_folders(store, pattern)) found.emplace(names[kOrgId], names[kProviderUuid]);
  }
  std::vector<ClusterTree> trees;
  for (const auto& [org_id, provider_uuid] : found) trees.push_back({org_id, provider_uuid});
  return trees;
}

std::vector<Month> Layout::find_months(Store& store, const ClusterTree& tree) const {
  std::set<Month> months;
  for (const std::string& pattern : pod_patterns()) {
    const std::string folders = cut_below(pattern, {kYear, kMonth});
    if (folders.empty()) continue;
    for (PathNames& names : names_in_folders(store, replaced(replaced(folders, kOrgId, tree.org_id), kProviderUuid, tree.provider_uuid))) {
      if (const auto month = parse_month(names[kYear] + "-" + names[kMonth])) months.insert(*month);
    }
  }
  return {months.begin(), months.end()};
}

}  // namespace costmill
