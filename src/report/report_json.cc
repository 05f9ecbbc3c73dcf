#include <algorithm>
#include <map>

#include "costmill/version.h"
#include "report/report.h"
#include "sink/record_json.h"

namespace costmill {
namespace {

using Json = nlohmann::ordered_json;

// What the page opens with in well under a second. The numbers of groups are most of it: they give up places where they would be more.
constexpr std::size_t kMostBytesOfGroups = 2'200'000;
constexpr std::array<int, 3> kShownPlaces{15, 9, 6};
constexpr std::size_t kMostFiles = 1000;

Json name_json(const Name& name) { return name ? Json(*name) : Json(nullptr); }
Json cpu_memory_json(const CpuMemory& numbers) { return {text_of(numbers.cpu), text_of(numbers.memory)}; }

// "1 0.5 2": the numbers of the days from `first` on, without the zeros at the end.
std::string series_text(const std::map<Day, UsageNumbers>& days, std::size_t measure, int places) {
  std::string text;
  std::size_t end = 0;
  Day next = days.begin()->first;
  for (const auto& [day, numbers] : days) {
    for (; next < day; next = next.next()) text += "0 ";
    append_decimal(text, rounded(numbers[measure], places));
    if (numbers[measure] != 0) end = text.size();
    text += ' ';
    next = day.next();
  }
  text.resize(end);
  return text;
}

Json groups_json(const Report& report, int places) {
  Json groups = Json::array();
  for (const auto& [group, days] : report.sums.groups) {
    Json series = Json::array();
    for (std::size_t measure = 0; measure < kUsageColumns.size(); ++measure) series.push_back(series_text(days, measure, places));
    groups.push_back({{"cluster", group.cluster},
                      {"namespace", name_json(group.namespace_name)},
                      {"category", name_json(group.category)},
                      {"labels", group.labels},
                      {"first_day", days.begin()->first.number - report.days.from.number},
                      {"series", std::move(series)}});
  }
  return groups;
}

void add_groups(const Report& report, Json& json) {
  for (const int places : kShownPlaces) {
    json["places"] = places;
    json["groups"] = groups_json(report, places);
    if (dump_json(json["groups"]).size() <= kMostBytesOfGroups) return;
  }
}

Json labels_json(const LabelFilters& labels) {
  Json keys = Json::array();
  for (const LabelFilters::Key& key : labels.keys) keys.push_back({{"key", key.key}, {"values", key.values}, {"other", key.has_other}});
  Json left_out = Json::array();
  for (const LabelFilters::LeftOut& key : labels.left_out) left_out.push_back({{"key", key.key}, {"values", key.values}});
  return {{"keys", std::move(keys)}, {"left_out", std::move(left_out)}, {"left_out_more", labels.left_out_more}};
}

Json clusters_json(const std::vector<Cluster>& clusters) {
  Json array = Json::array();
  for (const Cluster& cluster : clusters) array.push_back({{"uuid", cluster.source_uuid}, {"id", cluster.id}, {"alias", cluster.alias}});
  return array;
}

Json cluster_days_json(const Report& report) {
  Json array = Json::array();
  for (const auto& [key, day] : report.sums.cluster_days) {
    array.push_back({{"cluster", key.first},
                     {"day", key.second.number - report.days.from.number},
                     {"pod_rows", day.pod_rows},
                     {"unallocated_rows", day.unallocated_rows},
                     {"storage_rows", day.storage_rows},
                     {"capacity", cpu_memory_json(day.capacity)},
                     {"unallocated", cpu_memory_json(day.unallocated)}});
  }
  return array;
}

Json nodes_json(const MonthSums& sums) {
  Json array = Json::array();
  for (const auto& [key, node] : sums.nodes) {
    array.push_back({{"cluster", key.first},
                     {"node", name_json(key.second)},
                     {"days", node.days},
                     {"capacity", cpu_memory_json(node.capacity)},
                     {"effective", cpu_memory_json(node.effective)},
                     {"request", cpu_memory_json(node.request)},
                     {"unallocated", cpu_memory_json(node.unallocated)}});
  }
  return array;
}

Json claims_json(const MonthSums& sums) {
  Json array = Json::array();
  for (const auto& [key, claim] : sums.claims) {
    array.push_back({{"cluster", key.cluster},
                     {"class", name_json(key.storageclass)},
                     {"namespace", name_json(key.namespace_name)},
                     {"claim", name_json(key.claim)},
                     {"category", name_json(key.category)},
                     {"labels", key.labels},
                     {"merged", claim.merged},
                     {"merged_set", key.merged_set},
                     {"capacity", text_of(claim.capacity)},
                     {"capacity_months", text_of(claim.capacity_months)},
                     {"request_months", text_of(claim.request_months)},
                     {"usage_months", text_of(claim.usage_months)}});
  }
  return array;
}

Json before_json(const std::optional<TimeBefore>& before) {
  if (!before) return nullptr;
  Json namespaces = Json::array();
  for (const auto& [place, effective] : before->namespaces) {
    namespaces.push_back({{"cluster", place.first}, {"namespace", name_json(place.second)}, {"effective", cpu_memory_json(effective)}});
  }
  Json cluster_days = Json::array();
  for (const auto& [cluster, day] : before->cluster_days) cluster_days.push_back({{"cluster", cluster}, {"day", to_string(day)}});
  return {{"from", to_string(before->days.from)},
          {"to", to_string(before->days.to)},
          {"cluster_days", std::move(cluster_days)},
          {"namespaces", std::move(namespaces)}};
}

Json findings_json(const Report& report) {
  Json array = Json::array();
  for (const DataFinding& finding : report.findings) {
    array.push_back({{"cluster", finding.cluster},
                     {"day", finding.day.number - report.days.from.number},
                     {"kind", finding.kind},
                     {"text", finding.text}});
  }
  return array;
}

std::size_t position_of(const std::vector<Cluster>& clusters, const std::string& uuid) {
  const auto found = std::find_if(clusters.begin(), clusters.end(), [&](const Cluster& cluster) { return cluster.source_uuid == uuid; });
  return static_cast<std::size_t>(found - clusters.begin());
}

void add_receipts(const Report& report, Json& json) {
  struct FileUse {
    std::string table;
    std::uint64_t bytes = 0;
    std::uint64_t days = 0;
  };
  std::map<std::string, FileUse> files;
  std::map<std::string, const FiguresConfig*> configs;
  Json receipts = Json::array();
  for (const DayRecord& record : report.records) {
    std::uint64_t bytes = 0;
    for (const FileFingerprint& file : record.files) {
      bytes += file.bytes;
      FileUse& use = files[file.path];
      use = {file.table, file.bytes, use.days + 1};
    }
    configs.emplace(config_digest(record), &record.config);
    receipts.push_back({{"cluster", position_of(report.sums.clusters, record.source_uuid)},
                        {"day", to_string(record.day)},
                        {"rows", record.rows},
                        {"hours", record.hours_seen},
                        {"files", record.files.size()},
                        {"bytes", bytes},
                        {"version", record.program_version},
                        {"digest", record.digest},
                        {"reference", reference_digest(record)},
                        {"config", config_digest(record)}});
  }
  json["receipts"] = std::move(receipts);
  json["configs"] = Json::array();
  for (const auto& [digest, config] : configs) json["configs"].push_back(*config);
  json["files"] = Json::array();
  for (const auto& [path, use] : files) {
    if (json["files"].size() == kMostFiles) break;
    json["files"].push_back({{"path", path}, {"table", use.table}, {"bytes", use.bytes}, {"days", use.days}});
  }
  json["files_left_out"] = files.size() - json["files"].size();
}

}  // namespace

std::string report_json(const Report& report, const std::string& sink) {
  Json json{{"format", "costmill-report"},
            {"version", 1},
            {"program", kVersion},
            {"sink", sink},
            {"from", to_string(report.days.from)},
            {"to", to_string(report.days.to)},
            {"days", Json::array()},
            {"clusters", clusters_json(report.sums.clusters)},
            {"labels", labels_json(report.labels)}};
  for (Day day = report.days.from; day <= report.days.to; day = day.next()) json["days"].push_back(to_string(day));
  add_groups(report, json);
  json["cluster_days"] = cluster_days_json(report);
  json["nodes"] = nodes_json(report.sums);
  json["claims"] = claims_json(report.sums);
  json["claims_merged"] = report.sums.claims_merged;
  json["before"] = before_json(report.before);
  json["findings"] = findings_json(report);
  add_receipts(report, json);
  return dump_json(json);
}

}  // namespace costmill
