#include "sink/state_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

#include "costmill/error.h"
#include "sink/pending_file.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "costmill-state";
constexpr int kVersion = 1;

Json json_of(const std::vector<FileFingerprint>& files) {
  Json array = Json::array();
  for (const FileFingerprint& file : files) array.push_back({{"path", file.path}, {"bytes", file.bytes}, {"version", file.version}});
  return array;
}

std::vector<FileFingerprint> files_of(const Json& array) {
  std::vector<FileFingerprint> files;
  for (const Json& file : array) {
    files.push_back({.path = file.at("path").get<std::string>(),
                     .bytes = file.at("bytes").get<std::uint64_t>(),
                     .version = file.at("version").get<std::string>()});
  }
  return files;
}

Json json_of(const DayRecord& record) {
  return {{"source_uuid", record.source_uuid},
          {"day", to_string(record.day)},
          {"rows", record.rows},
          {"digest", record.digest},
          {"reference_digest", record.reference_digest},
          {"config_digest", record.config_digest},
          {"program_version", record.program_version},
          {"files", json_of(record.files)}};
}

DayRecord record_of(const Json& json) {
  const std::optional<Day> day = parse_day(json.at("day").get<std::string>());
  if (!day) throw std::invalid_argument("a day that is none");
  return {.source_uuid = json.at("source_uuid").get<std::string>(),
          .day = *day,
          .files = files_of(json.at("files")),
          .reference_digest = json.at("reference_digest").get<std::string>(),
          .config_digest = json.at("config_digest").get<std::string>(),
          .program_version = json.at("program_version").get<std::string>(),
          .rows = json.at("rows").get<std::uint64_t>(),
          .digest = json.at("digest").get<std::string>()};
}

// Paths need not be UTF-8. A replaced byte only makes a file look changed, so that its day is done again.
std::string dump(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

[[noreturn]] void fail_to_read(const fs::path& path, std::string_view reason) {
  throw Error(
      ErrorCode::kSinkUnavailable,
      fmt::format("{} is not readable as the sink's state: {}; remove it, and the next run does every day again", path.string(), reason),
      {.file = path.string()});
}

}  // namespace

std::string fingerprints_to_json(const std::vector<FileFingerprint>& files) { return dump(json_of(files), -1); }

std::vector<FileFingerprint> fingerprints_from_json(std::string_view json, std::string_view where) {
  try {
    return files_of(Json::parse(json));
  } catch (const std::exception& error) {
    fail_to_read(fs::path(where), error.what());
  }
}

StateFile::StateFile(const fs::path& folder, std::string_view sink_kind) : path_(folder / kStateFileName), sink_kind_(sink_kind) {
  std::ifstream file(path_, std::ios::binary);
  if (!file) {
    std::error_code error;
    if (fs::exists(path_, error) || error) throw_file_error("read", path_, errno == 0 ? EACCES : errno);
    return;
  }
  Json json;
  std::string owner;
  try {
    json = Json::parse(file);
    if (json.at("format") != kFormat) throw std::invalid_argument("another format");
    if (json.at("version").get<int>() > kVersion) throw std::invalid_argument("written by a newer version");
    owner = json.at("sink").get<std::string>();
    for (const Json& day : json.at("days")) put(record_of(day));
  } catch (const std::exception& error) {
    fail_to_read(path_, error.what());
  }
  if (owner == sink_kind_) return;
  throw Error(ErrorCode::kConflict,
              fmt::format("{} belongs to a {} sink; give the {} sink a folder of its own", path_.string(), owner, sink_kind_),
              {.file = path_.string()});
}

void StateFile::save() const {
  Json days = Json::array();
  for (const auto& [key, record] : records_) days.push_back(json_of(record));
  const Json json{{"format", kFormat}, {"version", kVersion}, {"sink", sink_kind_}, {"days", std::move(days)}};
  PendingFile file(path_);
  file.write(dump(json, 1));
  file.write("\n");
  file.publish();
}

std::vector<DayRecord> StateFile::records() const {
  std::vector<DayRecord> records;
  for (const auto& [key, record] : records_) records.push_back(record);
  return records;
}

}  // namespace costmill
