#include "doctor_local.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "catalog/layout.h"
#include "catalog/store.h"
#include "metrics_export.h"
#include "reference/reference_data.h"
#include "sink/sink.h"

namespace costmill::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostShown = 5;
constexpr std::uintmax_t kLittleDiskBytes = std::uintmax_t{256} << 20;

Finding good(std::string check, std::string what) { return {Verdict::kGood, std::move(check), std::move(what), ""}; }

std::string first_of(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kMostShown);
  const std::string more = shown < names.size() ? fmt::format("; and {} more", names.size() - shown) : "";
  return fmt::format("{}{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), "; "), more);
}

// The nearest of what is there on the way to a path, from it upwards.
fs::path nearest_there(const fs::path& path) {
  std::error_code ignored;
  fs::path at = fs::absolute(path, ignored).lexically_normal();
  while (!fs::exists(at, ignored) && at.has_relative_path()) at = at.parent_path();
  return at;
}

Finding metrics_file_finding(const std::string& file) {
  if (!may_be_replaced(file))
    return {Verdict::kWarning, "metrics", fmt::format("metrics.file {} is there, and is no regular file", file),
            "choose another name; until then no metrics are written"};
  const fs::path folder = fs::path(file).has_parent_path() ? fs::path(file).parent_path() : fs::path(".");
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored) || ::access(folder.c_str(), W_OK | X_OK) != 0)
    return {Verdict::kWarning, "metrics", fmt::format("no file can be made in the folder of metrics.file {}", file),
            "make the folder, and let this user write into it"};
  return good("metrics", fmt::format("{} can be written", file));
}

std::vector<Finding> cluster_findings(const Config& config, const ClusterConfig& cluster, Store& store) {
  const Layout layout(config.run.layout, cluster.paths);
  if (layout.cluster_patterns().empty()) return {good("clusters", "the path templates of the pods name none")};
  const std::vector<ClusterTree> trees = layout.find_clusters(store);
  if (trees.empty())
    return {{Verdict::kProblem, "clusters", fmt::format("none; expected {}", fmt::join(layout.cluster_patterns(), " or ")),
             "check --input and --layout: the input is the folder that holds data/"}};
  std::vector<std::string> found;
  for (const ClusterTree& tree : trees) {
    std::vector<std::string> months;
    for (const Month month : layout.find_months(store, tree)) months.push_back(to_string(month));
    found.push_back(fmt::format("organisation {} cluster {}{}{}", tree.org_id, tree.provider_uuid, months.empty() ? "" : ": ",
                                fmt::join(months, ", ")));
  }
  const bool is_there = std::any_of(trees.begin(), trees.end(), [&](const ClusterTree& tree) {
    return (!cluster.provider_uuid || tree.provider_uuid == *cluster.provider_uuid) &&
           (!config.org_id || tree.org_id.empty() || tree.org_id == org_in_paths(*config.org_id));
  });
  if (is_there) return {good("clusters", first_of(found))};
  return {{Verdict::kProblem, "clusters", fmt::format("the configured organisation and cluster are not among them: {}", first_of(found)),
           "correct organization.org_id and ocp.provider_uuid"}};
}

Finding disk_finding(const fs::path& folder) {
  std::error_code failed;
  const fs::space_info space = fs::space(folder, failed);
  if (failed) return {Verdict::kWarning, "disk", fmt::format("{}: {}", folder.string(), failed.message()), "look at the file system"};
  const std::string what = fmt::format("{} MiB are free in {}", space.available >> 20, folder.string());
  if (space.available < kLittleDiskBytes) return {Verdict::kWarning, "disk", what, "make room, or write elsewhere with --sink"};
  return good("disk", what);
}

Finding records_finding(const std::string& uri) {
  std::set<std::string> clusters;
  const std::vector<DayRecord> records = open_sink_reader(uri)->records();
  std::string last;
  for (const DayRecord& record : records) {
    clusters.insert(record.source_uuid);
    last = std::max(last, to_string(record.day));
  }
  return good("records",
              fmt::format("{} days of {} clusters{}{}", records.size(), clusters.size(), last.empty() ? "" : ", the last ", last));
}

}  // namespace

Finding problem_of(std::string check, const Error& error) {
  const std::string text = error.what();
  const std::size_t end = text.rfind("; ");
  if (end == std::string::npos) return {Verdict::kProblem, std::move(check), text, "look at what the message names"};
  return {Verdict::kProblem, std::move(check), text.substr(0, end), text.substr(end + 2)};
}

std::vector<Finding> examine_config(const Settings& settings, const Config& config) {
  std::vector<Finding> findings{
      good("file", settings.file.empty() ? "none: options, variables and defaults" : fmt::format("{} was read", settings.file))};
  for (const std::string& warning : config.warnings)
    findings.push_back({Verdict::kWarning, "variables", warning, "correct or unset it; docs/config.md lists the keys"});
  if (!config.notices.empty())
    findings.push_back(good("keys", fmt::format("{} have no effect, as --log-level debug says", config.notices.size())));
  if (config.run.input.empty()) findings.push_back(good("input", "none is configured, so none is examined; --input names one"));
  if (!config.run.reference) findings.push_back(good("reference", "none: all label keys are kept, no cost categories"));
  if (!config.metrics.file.empty()) findings.push_back(metrics_file_finding(config.metrics.file));
  return findings;
}

std::vector<Finding> examine_input_folder(const Config& config) {
  std::vector<Finding> findings;
  try {
    const auto store = open_store(config.run.input);
    findings.push_back(good("folder", "is there"));
    for (const ClusterConfig& cluster : config.clusters) {
      for (Finding& finding : cluster_findings(config, cluster, *store)) findings.push_back(std::move(finding));
    }
  } catch (const Error& error) {
    findings.push_back(problem_of("folder", error));
  }
  return findings;
}

std::vector<Finding> examine_reference_folder(const Config& config) {
  try {
    const ReferenceData data = load_reference(*config.run.reference, config.enabled_label_keys);
    return {good("tables", fmt::format("{} node roles, {} cost category patterns", data.node_roles.size(), data.cost_categories.size()))};
  } catch (const Error& error) {
    return {problem_of("tables", error)};
  }
}

std::vector<Finding> examine_file_sink(const std::string& uri) {
  try {
    const FileSink sink = file_sink_of(uri);
    fs::path there = nearest_there(sink.path);
    const auto may_not = [&](const fs::path& path) {
      return Finding{Verdict::kProblem, "place", fmt::format("{} may not be written", path.string()), "give this user the right to it"};
    };
    if (sink.kind == "sqlite" && fs::is_regular_file(sink.path)) {
      if (::access(there.c_str(), R_OK | W_OK) != 0) return {may_not(there)};
      there = there.parent_path();
    }
    if (!fs::is_directory(there))
      return {{Verdict::kProblem, "place", fmt::format("{} is no folder, and stands in the way", there.string()), "choose another --sink"}};
    if (::access(there.c_str(), W_OK | X_OK) != 0) return {may_not(there)};
    std::vector<Finding> findings{good("place", fmt::format("{} can be written", there.string())), disk_finding(there)};
    if (sink_exists(uri)) findings.push_back(records_finding(uri));
    return findings;
  } catch (const Error& error) {
    return {problem_of("place", error)};
  } catch (const fs::filesystem_error& error) {
    return {{Verdict::kProblem, "place", error.code().message(), "look at the folders of --sink"}};
  }
}

}  // namespace costmill::app
