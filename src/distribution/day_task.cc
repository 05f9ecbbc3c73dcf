#include "distribution/day_task.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "costmill/version.h"
#include "reference/reference_use.h"
#include "sink/digest.h"
#include "sink/record_json.h"

namespace costmill {
namespace {

using Json = nlohmann::ordered_json;

unsigned bits_of(const TableUse& use) {
  return unsigned{use.capacity} | unsigned{use.pods} << 1U | unsigned{use.placements} << 2U | unsigned{use.storage} << 3U |
         unsigned{use.node_labels} << 4U | unsigned{use.namespace_labels} << 5U;
}

TableUse use_of_bits(unsigned bits) {
  return {.capacity = (bits & 1U) != 0,
          .pods = (bits & 2U) != 0,
          .placements = (bits & 4U) != 0,
          .storage = (bits & 8U) != 0,
          .node_labels = (bits & 16U) != 0,
          .namespace_labels = (bits & 32U) != 0};
}

Json json_of(const ClusterIdentity& cluster) {
  Json json{{"source_uuid", cluster.source_uuid}, {"cluster_id", cluster.cluster_id}, {"cluster_alias", cluster.cluster_alias}};
  if (cluster.report_period_id) json["report_period_id"] = *cluster.report_period_id;
  return json;
}

ClusterIdentity cluster_from(const Json& json) {
  ClusterIdentity cluster;
  cluster.source_uuid = json.at("source_uuid").get<std::string>();
  cluster.cluster_id = json.at("cluster_id").get<std::string>();
  cluster.cluster_alias = json.at("cluster_alias").get<std::string>();
  if (json.contains("report_period_id")) cluster.report_period_id = json.at("report_period_id").get<std::int32_t>();
  return cluster;
}

Json json_of(const std::vector<PlannedRowGroup>& row_groups) {
  Json all = Json::array();
  for (const PlannedRowGroup& group : row_groups) {
    Json json{group.file, group.row_group, group.rows, group.compressed_bytes, group.days.first.number, group.days.last.number};
    if (group.times) json.insert(json.end(), {group.times->first_ms, group.times->last_ms});
    all.push_back(std::move(json));
  }
  return all;
}

std::vector<PlannedRowGroup> row_groups_from(const Json& json, std::size_t files) {
  std::vector<PlannedRowGroup> row_groups;
  for (const Json& row_group : json) {
    PlannedRowGroup planned{.file = row_group.at(0).get<std::uint32_t>(),
                            .row_group = row_group.at(1).get<int>(),
                            .rows = row_group.at(2).get<std::int64_t>(),
                            .compressed_bytes = row_group.at(3).get<std::int64_t>(),
                            .days = {{row_group.at(4).get<std::int32_t>()}, {row_group.at(5).get<std::int32_t>()}},
                            .times = std::nullopt};
    if (row_group.size() > 6) planned.times = TimeSpan{row_group.at(6).get<std::int64_t>(), row_group.at(7).get<std::int64_t>()};
    if (planned.file >= files) throw std::invalid_argument("a row group of no file");
    row_groups.push_back(planned);
  }
  return row_groups;
}

Json json_of(const MonthPlan& plan) {
  Json files = Json::array();
  for (const PlannedFile& file : plan.files)
    files.push_back({file.file.path, file.file.bytes, file.file.version, static_cast<int>(file.table), bits_of(file.use), file.rows});
  Json left_out = Json::array();
  for (const Day day : plan.left_out) left_out.push_back(day.number);
  return {{"from", plan.piece.days.from.number},
          {"to", plan.piece.days.to.number},
          {"left_out", std::move(left_out)},
          {"files", std::move(files)},
          {"row_groups", json_of(plan.groups.front().row_groups)},
          {"storage_elsewhere", json_of(plan.groups.front().storage_elsewhere)}};
}

MonthPlan plan_from(const Json& json) {
  MonthPlan plan;
  plan.piece.days = {{json.at("from").get<std::int32_t>()}, {json.at("to").get<std::int32_t>()}};
  plan.piece.month = month_of(plan.piece.days.from);
  for (const Json& day : json.at("left_out")) plan.left_out.insert({day.get<std::int32_t>()});
  for (const Json& file : json.at("files")) {
    plan.files.push_back({.file = {file.at(0).get<std::string>(), file.at(1).get<std::uint64_t>(), file.at(2).get<std::string>()},
                          .table = static_cast<Table>(file.at(3).get<int>()),
                          .use = use_of_bits(file.at(4).get<unsigned>()),
                          .rows = file.at(5).get<std::int64_t>(),
                          .metadata = nullptr,
                          .content = nullptr});
  }
  plan.groups.push_back({plan.piece.days, row_groups_from(json.at("row_groups"), plan.files.size()),
                         row_groups_from(json.at("storage_elsewhere"), plan.files.size())});
  return plan;
}

Json json_of(const DayTask& task) {
  return {{"version", task.version},
          {"settings", task.settings},
          {"reference", task.reference},
          {"staging", task.staging},
          {"cluster", json_of(task.cluster)},
          {"plan", json_of(task.plan)},
          {"write_empty_days", task.write_empty_days},
          {"share", static_cast<int>(task.share)}};
}

Json json_of(const DaySanity& sanity) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kSanityChecks; ++i) {
    const auto check = static_cast<SanityCheck>(i);
    if (sanity[check].count > 0) json[std::string(def_of(check).name)] = {sanity[check].count, sanity[check].example.what};
  }
  return json;
}

DaySanity sanity_from(const Json& json) {
  DaySanity sanity;
  for (std::size_t i = 0; i < kSanityChecks; ++i) {
    const auto check = static_cast<SanityCheck>(i);
    if (const auto found = json.find(def_of(check).name); found != json.end())
      sanity.add(check, found->at(1).get<std::string>(), found->at(0).get<std::uint64_t>());
  }
  return sanity;
}

Json json_of(const Error& error) {
  return {{"kind", name_of(error.code())},
          {"message", error.what()},
          {"file", error.place().file},
          {"column", error.place().column},
          {"day", error.place().day}};
}

Json json_of(const DayReceipt& day) {
  if (day.refusal) return {{"day", day.day.number}, {"refusal", json_of(*day.refusal)}};
  Json totals = Json::array();
  for (const auto& total : day.totals.values) totals.push_back(total ? Json(*total) : Json());
  return {{"day", day.day.number},
          {"is_written", day.is_written},
          {"input_rows", day.input_rows},
          {"rows", day.rows},
          {"digest", day.digest},
          {"fan_outs",
           {day.fan_outs.nodes_with_several_label_sets, day.fan_outs.namespaces_with_several_label_sets,
            day.fan_outs.namespaces_in_several_categories, day.fan_outs.claims_with_several_volumes,
            day.fan_outs.volume_pods_with_several_placements}},
          {"hours", day.hours.to_ulong()},
          {"sanity", json_of(day.sanity)},
          {"totals", std::move(totals)}};
}

DayReceipt day_receipt_from(const Json& json) {
  if (json.contains("refusal")) return {.day = {json.at("day").get<std::int32_t>()}, .refusal = error_from(json.at("refusal"))};
  DayReceipt day{.day = {json.at("day").get<std::int32_t>()},
                 .is_written = json.at("is_written").get<bool>(),
                 .input_rows = json.at("input_rows").get<std::uint64_t>(),
                 .rows = json.at("rows").get<std::uint64_t>(),
                 .digest = json.at("digest").get<std::string>(),
                 .fan_outs = {},
                 .hours = json.at("hours").get<unsigned long>(),
                 .sanity = sanity_from(json.at("sanity")),
                 .totals = {},
                 .refusal = std::nullopt};
  const auto counts = json.at("fan_outs").get<std::array<std::size_t, 5>>();
  day.fan_outs = {counts[0], counts[1], counts[2], counts[3], counts[4]};
  const Json& totals = json.at("totals");
  for (std::size_t i = 0; i < day.totals.values.size(); ++i) {
    if (!totals.at(i).is_null()) day.totals.values[i] = totals.at(i).get<double>();
  }
  return day;
}

template <typename Read>
auto read_or_fail(const char* what, const std::string& text, Read read) {
  try {
    return read(parse_state(text));
  } catch (const std::exception& error) {
    throw Error(ErrorCode::kBug, fmt::format("this is no {} of Costmill {}: {}", what, kVersion, error.what()));
  }
}

}  // namespace

Error error_from(const Json& json) {
  return Error(error_code_of(json.at("kind").get<std::string>()), json.at("message").get<std::string>(),
               {.file = json.value("file", ""), .column = json.value("column", ""), .day = json.value("day", "")});
}

std::string DayTask::key(std::string_view json) const {
  return fmt::format("costmill-{}-{}-{}", cluster.source_uuid, to_string(plan.piece.days.from), hex_digest(json));
}

std::string reference_digest_of(const ReferenceData& reference) {
  const ReferenceScope all{*TextHashes::from_text("*"), *TextHashes::from_text("*"), true};
  const ReferenceDigests digests = digests_within(all, reference);
  return hex_digest(fmt::format("{} {} {} {}", reference.given, digests.enabled_keys, digests.node_roles, digests.cost_categories));
}

std::int64_t DayTask::rows() const {
  std::int64_t rows = 0;
  for (const PlannedRowGroup& row_group : plan.groups.front().row_groups) rows += row_group.rows;
  return rows;
}

std::string to_json(const DayTask& task) { return dump_json(json_of(task)); }

DayTask task_from(const std::string& json) {
  DayTask task = read_or_fail("task", json, [](const Json& read) {
    DayTask fresh;
    fresh.version = read.at("version").get<std::string>();
    if (fresh.version != kVersion) return fresh;
    fresh.settings = read.at("settings").get<std::string>();
    fresh.reference = read.at("reference").get<std::string>();
    fresh.staging = read.at("staging").get<std::string>();
    fresh.cluster = cluster_from(read.at("cluster"));
    fresh.plan = plan_from(read.at("plan"));
    fresh.write_empty_days = read.at("write_empty_days").get<bool>();
    fresh.share = static_cast<DayTask::Share>(read.at("share").get<int>());
    return fresh;
  });
  if (task.version != kVersion) {
    throw Error(
        ErrorCode::kConflict,
        fmt::format("this worker has Costmill {}, but the run was begun by {}; install one version everywhere", kVersion, task.version));
  }
  return task;
}

std::string to_json(const TaskReceipt& receipt) {
  Json days = Json::array();
  for (const DayReceipt& day : receipt.days) days.push_back(json_of(day));
  return dump_json({{"days", std::move(days)},
                    {"rows_folded", receipt.figures.rows_folded},
                    {"bytes_fetched", receipt.figures.bytes_fetched},
                    {"seconds",
                     {receipt.figures.reading_seconds, receipt.figures.aggregation_seconds, receipt.figures.finishing_seconds,
                      receipt.figures.encoding_seconds}},
                    {"staged", receipt.staged}});
}

TaskReceipt receipt_from(const std::string& json) {
  return read_or_fail("receipt", json, [](const Json& read) {
    TaskReceipt receipt;
    for (const Json& day : read.at("days")) receipt.days.push_back(day_receipt_from(day));
    const auto seconds = read.at("seconds").get<std::array<double, 4>>();
    receipt.figures = {.rows_folded = read.at("rows_folded").get<std::uint64_t>(),
                       .bytes_fetched = read.at("bytes_fetched").get<std::int64_t>(),
                       .reading_seconds = seconds[0],
                       .aggregation_seconds = seconds[1],
                       .finishing_seconds = seconds[2],
                       .encoding_seconds = seconds[3]};
    receipt.staged = read.at("staged").get<std::string>();
    return receipt;
  });
}

}  // namespace costmill
