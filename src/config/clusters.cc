#include "config/clusters.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/values.h"
#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

constexpr std::string_view kUuidKey = "ocp.provider_uuid";
constexpr std::string_view kIdKey = "ocp.cluster_id";
constexpr std::string_view kAliasKey = "ocp.cluster_alias";
constexpr std::string_view kWindowKeys[] = {"ocp.year", "ocp.month", "ocp.start_date", "ocp.end_date"};
constexpr std::string_view kPathKeys[] = {"ocp.parquet_path_pod",         "ocp.parquet_path_pod_hourly",
                                          "ocp.parquet_path_storage",     "ocp.parquet_path_storage_usage_daily",
                                          "ocp.parquet_path_node_labels", "ocp.parquet_path_namespace_labels"};

// Unlike SettingSet::text, does not mind a variable that is unset.
std::string known_text(const SettingSet& set, std::string_view dotted) {
  const Setting* setting = set.find(dotted);
  return setting == nullptr ? std::string() : setting->text;
}

std::string uuid_of(const SettingSet& set) { return lower_case(known_text(set, kUuidKey)); }

SettingSet only_ocp(const SettingSet& values) {
  SettingSet ocp;
  for (const auto& [dotted, setting] : values.all()) {
    if (dotted.starts_with("ocp.")) ocp.put(key(dotted), setting);
  }
  return ocp;
}

bool is_stronger_than_file(const SettingSet& set, std::string_view dotted) { return set.origin_of(dotted).kind > OriginKind::kFile; }

void inherit(SettingSet& element, const SettingSet& ocp, std::string_view dotted) {
  if (const Setting* setting = ocp.find(dotted)) element.put(key(dotted), *setting);
}

// An element of `clusters` takes window and paths from `ocp` where it says nothing itself; the four keys of the window go
// together. Environment and command line win over the file here as everywhere.
SettingSet with_defaults(SettingSet element, const SettingSet& ocp) {
  const bool has_window = std::any_of(std::begin(kWindowKeys), std::end(kWindowKeys), [&](auto dotted) { return element.has(dotted); });
  for (const std::string_view dotted : kWindowKeys) {
    if (!has_window || is_stronger_than_file(ocp, dotted)) inherit(element, ocp, dotted);
  }
  for (const std::string_view dotted : kPathKeys) {
    if (!element.has(dotted) || is_stronger_than_file(ocp, dotted)) inherit(element, ocp, dotted);
  }
  return element;
}

std::vector<SettingSet> configured_clusters(const Settings& settings, const SettingSet& ocp) {
  std::vector<SettingSet> configured;
  const bool is_described = ocp.has(kUuidKey) || ocp.has(kIdKey) || ocp.has(kAliasKey);
  if (settings.clusters.empty() ? is_described : !uuid_of(ocp).empty()) configured.push_back(ocp);
  for (const SettingSet& element : settings.clusters) configured.push_back(with_defaults(element, ocp));
  return configured;
}

std::string spelled(const SettingSet& cluster) {
  const std::string uuid = uuid_of(cluster);
  const std::string alias = known_text(cluster, kAliasKey);
  if (uuid.empty()) return alias.empty() ? "one without provider_uuid" : as_shown(alias);
  return alias.empty() ? uuid : fmt::format("{} ({})", uuid, as_shown(alias));
}

std::string listed(const std::vector<SettingSet>& clusters) {
  std::vector<std::string> names;
  std::transform(clusters.begin(), clusters.end(), std::back_inserter(names), spelled);
  return fmt::format("{}", fmt::join(names, ", "));
}

void refuse_duplicates(const std::vector<SettingSet>& clusters) {
  for (auto one = clusters.begin(); one != clusters.end(); ++one) {
    const std::string uuid = uuid_of(*one);
    if (uuid.empty()) continue;
    const auto other = std::find_if(one + 1, clusters.end(), [&](const SettingSet& cluster) { return uuid_of(cluster) == uuid; });
    if (other == clusters.end()) continue;
    bad_config(fmt::format("cluster {} is configured twice: {} and {}; remove one of them", uuid, one->origin_of(kUuidKey).describe(),
                           other->origin_of(kUuidKey).describe()));
  }
}

SettingSet chosen_by_name(const std::string& name, const std::vector<SettingSet>& configured, const SettingSet& ocp) {
  std::vector<SettingSet> matches;
  std::copy_if(configured.begin(), configured.end(), std::back_inserter(matches),
               [&](const SettingSet& cluster) { return uuid_of(cluster) == lower_case(name) || known_text(cluster, kAliasKey) == name; });
  if (matches.size() == 1) return matches.front();
  if (matches.size() > 1)
    bad_config(fmt::format("--cluster {} means several clusters: {}; give the UUID", as_shown(name), listed(matches)));

  // A UUID can be looked up in the input, as long as no other one is configured.
  const bool other_is_configured =
      std::any_of(configured.begin(), configured.end(), [](const auto& cluster) { return !uuid_of(cluster).empty(); });
  if (is_uuid(name) && !other_is_configured && configured.size() <= 1) {
    SettingSet cluster = ocp;
    cluster.put(key(kUuidKey), {.text = name, .origin = {OriginKind::kCommandLine, "--cluster"}});
    return cluster;
  }
  if (configured.empty())
    bad_config(fmt::format("--cluster {}: no clusters are configured, so it has to be a source UUID, or all", as_shown(name)));
  bad_config(fmt::format("--cluster {}: no such cluster is configured; there are: {}", as_shown(name), listed(configured)));
}

}  // namespace

ChosenClusters choose_clusters(const CommandLine& command_line, const Settings& settings) {
  const SettingSet ocp = only_ocp(settings.values);
  const std::vector<SettingSet> configured = configured_clusters(settings, ocp);
  refuse_duplicates(configured);
  if (command_line.cluster && *command_line.cluster != "all") return {{chosen_by_name(*command_line.cluster, configured, ocp)}};
  const bool all = command_line.cluster.has_value();
  if (configured.empty()) return {{ocp}, all};
  if (configured.size() > 1 && !all)
    bad_config(fmt::format("several clusters are configured; choose by --cluster: {}, or all", listed(configured)));
  return {configured, all};
}

}  // namespace costmill
