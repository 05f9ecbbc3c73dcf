#include "sink/record_json.h"

#include <fmt/format.h>

#include <utility>

#include "costmill/error.h"
#include "sink/digest.h"

namespace costmill {
namespace {

using Json = nlohmann::ordered_json;

// JSON's own conversion of what is negative, too large or a fraction gives some number, or none that C++ defines.
template <typename Integer>
Integer whole_number(const Json& json) {
  const bool fits = json.is_number_unsigned()  ? std::in_range<Integer>(json.get<std::uint64_t>())
                    : json.is_number_integer() ? std::in_range<Integer>(json.get<std::int64_t>())
                                               : false;
  if (fits) return json.get<Integer>();
  throw std::invalid_argument("a number that is none, or too large");
}

Json files_json(const std::vector<FileFingerprint>& files) {
  Json array = Json::array();
  for (const FileFingerprint& file : files) {
    array.push_back({{"path", file.path}, {"table", file.table}, {"bytes", file.bytes}, {"version", file.version}});
  }
  return array;
}

std::vector<FileFingerprint> files_from(const Json& array) {
  std::vector<FileFingerprint> files;
  for (const Json& file : array) {
    files.push_back({.path = file.at("path").get<std::string>(),
                     .table = file.at("table").get<std::string>(),
                     .bytes = whole_number<std::uint64_t>(file.at("bytes")),
                     .version = file.at("version").get<std::string>()});
  }
  return files;
}

TextHashes hashes_from(const Json& json) {
  if (auto hashes = TextHashes::from_text(json.get<std::string>())) return *hashes;
  throw std::invalid_argument("hashes that are none");
}

Json reference_json(const DayRecord& record) {
  Json json{{"enabled_keys", record.reference.enabled_keys},
            {"label_keys", record.reference_scope.label_keys.to_text()},
            {"node_roles", record.reference.node_roles},
            {"nodes", record.reference_scope.nodes.to_text()}};
  if (record.reference_scope.cost_categories) json["cost_categories"] = record.reference.cost_categories;
  return json;
}

void read_reference(const Json& json, DayRecord& record) {
  record.reference.enabled_keys = json.at("enabled_keys").get<std::string>();
  record.reference_scope.label_keys = hashes_from(json.at("label_keys"));
  record.reference.node_roles = json.at("node_roles").get<std::string>();
  record.reference_scope.nodes = hashes_from(json.at("nodes"));
  record.reference_scope.cost_categories = json.contains("cost_categories");
  if (record.reference_scope.cost_categories) record.reference.cost_categories = json.at("cost_categories").get<std::string>();
}

// Copies of JSON recurse.
bool is_shallow(int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
  constexpr int kDeepest = 16;
  if (depth > kDeepest) throw std::invalid_argument("nested too deep");
  return true;
}

constexpr const char* kSigns = "signs";

Json totals_json(const DayRecord& record) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kTotalNames.size(); ++i) {
    if (record.totals.values[i]) json[std::string(kTotalNames[i])] = *record.totals.values[i];
  }
  if (!record.signs.empty()) json[kSigns] = record.signs;
  return json;
}

void read_totals(const Json& json, DayRecord& record) {
  for (std::size_t i = 0; i < kTotalNames.size(); ++i) {
    if (const auto found = json.find(kTotalNames[i]); found != json.end()) record.totals.values[i] = found->get<double>();
  }
  const auto signs = json.find(kSigns);
  if (signs == json.end()) return;
  if (!signs->is_object()) throw std::invalid_argument("signs that are none");
  for (const auto& [name, count] : signs->items()) record.signs.emplace(name, whole_number<std::uint64_t>(count));
}

}  // namespace

Json parse_state(const std::string& text) { return Json::parse(text, is_shallow); }
Json parse_state(std::istream& text) { return Json::parse(text, is_shallow); }

std::string reference_digest(const DayRecord& record) {
  return hex_digest(record.reference.enabled_keys + record.reference.node_roles + record.reference.cost_categories);
}

std::string config_digest(const DayRecord& record) { return hex_digest(dump_json(record.config)); }

Json json_of(const DayRecord& record) {
  return {{"source_uuid", record.source_uuid},
          {"day", to_string(record.day)},
          {"rows", record.rows},
          {"digest", record.digest},
          {"hours_seen", record.hours_seen},
          {"reference_digest", reference_digest(record)},
          {"config_digest", config_digest(record)},
          {"program_version", record.program_version},
          {"config", record.config},
          {"reference", reference_json(record)},
          {"totals", totals_json(record)},
          {"files", files_json(record.files)}};
}

DayRecord record_from(const Json& json) {
  const std::optional<Day> day = parse_day(json.at("day").get<std::string>());
  if (!day) throw std::invalid_argument("a day that is none");
  DayRecord record{.source_uuid = json.at("source_uuid").get<std::string>(),
                   .day = *day,
                   .files = files_from(json.at("files")),
                   .reference_scope = {},
                   .reference = {},
                   .config = json.at("config").get<FiguresConfig>(),
                   .program_version = json.at("program_version").get<std::string>(),
                   .hours_seen = whole_number<int>(json.at("hours_seen")),
                   .rows = whole_number<std::uint64_t>(json.at("rows")),
                   .digest = json.at("digest").get<std::string>()};
  read_totals(json.value("totals", Json::object()), record);
  read_reference(json.at("reference"), record);
  return record;
}

std::string dump_json(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

RecordColumns record_columns(const DayRecord& record) {
  return {dump_json(files_json(record.files)), dump_json(reference_json(record)), dump_json(record.config), dump_json(totals_json(record))};
}

void read_record_columns(const RecordColumns& columns, std::string_view where, DayRecord& record) {
  try {
    record.files = files_from(parse_state(columns.files));
    read_reference(parse_state(columns.reference), record);
    record.config = parse_state(columns.config).get<FiguresConfig>();
    if (!columns.totals.empty()) read_totals(parse_state(columns.totals), record);
  } catch (const std::exception& error) {
    fail_to_read_state(where, error.what());
  }
}

void fail_to_read_state(std::string_view where, std::string_view reason) {
  throw Error(ErrorCode::kSinkUnavailable,
              fmt::format("{} is not readable as the sink's state: {}; remove it, and the next run does every day again", where, reason),
              {.file = std::string(where)});
}

}  // namespace costmill
