#include "catalog/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "costmill/error.h"

namespace costmill {
namespace {

// `*` matches any run of characters of one path level.
bool matches_level(std::string_view name, std::string_view pattern) {
  std::size_t n = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++n;
      ++p;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string filled_in(const std::string& pattern, const ClusterTree& tree, Month month) {
  std::string path = replaced(pattern, "{provider_uuid}", tree.provider_uuid);
  path = replaced(path, "{org_id}", tree.org_id);
  path = replaced(path, "{year}", fmt::format("{:04}", month.year));
  return replaced(path, "{month}", fmt::format("{:02}", month.month));
}

// Names that begin with '.' or '_' are a writer's business (temporary files and folders, success markers), as in Hive.
bool is_hidden(std::string_view name) { return name.starts_with('.') || name.starts_with('_'); }

bool is_data_file(const StoredFile& file) {
  const std::string_view path = file.path;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.ends_with(".parquet") && !is_hidden(name);
}

std::string_view after(std::string_view text, std::string_view prefix) { return text.substr(text.find(prefix) + prefix.size()); }

std::optional<Month> month_of_folder(std::string_view path) {
  const std::size_t year = path.find("year=");
  const std::size_t month = path.find("/month=");
  if (year == std::string_view::npos || month == std::string_view::npos) return std::nullopt;
  return parse_month(fmt::format("{}-{}", path.substr(year + 5, 4), path.substr(month + 7, 2)));
}

constexpr std::string_view kKokuPods = "data/parquet/{daily}{org_id}/OCP/pod_usage/source={provider_uuid}";
constexpr std::string_view kPocCluster = "data/{org_id}/OCP/source={provider_uuid}";

std::vector<std::string> cluster_patterns(LayoutKind kind) {
  if (kind == LayoutKind::kPoc) return {std::string(kPocCluster)};
  const std::string pods(kKokuPods);
  return {replaced(pods, "{daily}", "daily/"), replaced(pods, "{daily}", "")};
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

std::vector<std::string> match_folders(Store& store, std::string_view pattern) {
  std::vector<std::string> folders{""};
  while (!pattern.empty()) {
    const std::size_t slash = pattern.find('/');
    const std::string_view level = pattern.substr(0, slash);
    pattern = slash == std::string_view::npos ? std::string_view{} : pattern.substr(slash + 1);
    if (level.empty()) continue;
    if (level == "..") throw Error(ErrorCode::kBadConfig, fmt::format("a path template may not contain '..': {}", pattern));
    std::vector<std::string> deeper;
    for (const std::string& folder : folders) {
      const std::string prefix = folder.empty() ? "" : folder + "/";
      if (level.find('*') == std::string_view::npos) {
        deeper.push_back(prefix + std::string(level));  // listing it later shows whether it is there
        continue;
      }
      for (const std::string& name : store.list_folders(folder)) {
        if (matches_level(name, level) && (!is_hidden(name) || is_hidden(level))) deeper.push_back(prefix + name);
      }
    }
    folders = std::move(deeper);
  }
  return folders;
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

  constexpr std::string_view kMonth = "source={provider_uuid}/year={year}/month={month}";
  const auto koku = [&](std::string_view daily, std::string_view report_type) {
    return std::vector<std::string>{fmt::format("data/parquet/{}{{org_id}}/OCP/{}/{}", daily, report_type, kMonth)};
  };
  const auto poc = [&](std::string_view table_name) { return fmt::format("data/{{org_id}}/OCP/{}/*/openshift_{}", kMonth, table_name); };
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

bool Layout::needs_no_organisation() const {
  return std::all_of(std::begin(kAllTables), std::end(kAllTables), [&](Table table) {
    const std::vector<std::string> patterns = patterns_of(table);
    return std::none_of(patterns.begin(), patterns.end(), [](const std::string& p) { return p.find("{org_id}") != std::string::npos; });
  });
}

TableFiles Layout::find(Store& store, const ClusterTree& tree, Month month, Table table) const {
  TableFiles found;
  for (const std::string& pattern : patterns_of(table)) {
    const std::string path = filled_in(pattern, tree, month);
    found.looked_in.push_back(path);
    const bool names_files = path.ends_with(".parquet");
    const std::size_t last_slash = path.rfind('/');
    const std::string folders = names_files ? path.substr(0, last_slash == std::string::npos ? 0 : last_slash) : path;
    const std::string file_pattern = names_files ? path.substr(last_slash + 1) : "*";
    for (const std::string& folder : match_folders(store, folders)) {
      for (StoredFile& file : store.list_files(folder)) {
        if (is_data_file(file) && matches_level(std::string_view(file.path).substr(file.path.rfind('/') + 1), file_pattern)) {
          found.files.push_back(std::move(file));
        }
      }
    }
    if (!found.files.empty()) break;
  }
  std::sort(found.files.begin(), found.files.end(), [](const StoredFile& a, const StoredFile& b) { return a.path < b.path; });
  return found;
}

std::vector<ClusterTree> Layout::find_clusters(Store& store) const {
  std::set<std::pair<std::string, std::string>> found;
  for (const std::string& pattern : cluster_patterns(kind_)) {
    const std::string wildcards = replaced(replaced(pattern, "{org_id}", "*"), "{provider_uuid}", "*");
    for (const std::string& folder : match_folders(store, wildcards)) {
      const std::size_t ocp = folder.find("/OCP/");
      const std::size_t org = folder.rfind('/', ocp - 1) + 1;
      const std::string org_id = folder.substr(org, ocp - org);
      if (org_id != "daily") found.emplace(org_id, std::string(after(folder, "source=")));
    }
  }
  std::vector<ClusterTree> trees;
  for (const auto& [org_id, provider_uuid] : found) trees.push_back({org_id, provider_uuid});
  return trees;
}

std::vector<Month> Layout::find_months(Store& store, const ClusterTree& tree) const {
  std::set<Month> months;
  for (const std::string& pattern : cluster_patterns(kind_)) {
    const std::string folder = replaced(replaced(pattern, "{org_id}", tree.org_id), "{provider_uuid}", tree.provider_uuid);
    for (const std::string& path : match_folders(store, folder + "/year=*/month=*")) {
      if (const auto month = month_of_folder(path)) months.insert(*month);
    }
  }
  return {months.begin(), months.end()};
}

}  // namespace costmill
