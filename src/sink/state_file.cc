#include "sink/state_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

#include "costmill/error.h"
#include "sink/pending_file.h"
#include "sink/record_json.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "costmill-state";
constexpr int kVersion = 3;
constexpr int kVersionOfRecords = 2;  // whose records say enough to tell what changed

StoredKey key_from(const Json& json) {
  if (const auto day = parse_day(json.at("day").get<std::string>())) return {json.at("source_uuid").get<std::string>(), *day};
  throw std::invalid_argument("a day that is none");
}

}  // namespace

StateFile::StateFile(const fs::path& folder, std::string_view sink_kind, Durability durability)
    : path_(folder / kStateFileName), sink_kind_(sink_kind), durability_(durability) {
  std::error_code ignored;
  // A named pipe would wait for its writer.
  if (fs::exists(path_, ignored) && !fs::is_regular_file(path_, ignored)) fail_to_read_state(path_.string(), "it is no regular file");
  std::ifstream file(path_, std::ios::binary);
  if (!file) {
    std::error_code error;
    if (fs::exists(path_, error) || error) throw_file_error("read", path_, errno == 0 ? EACCES : errno);
    return;
  }
  Json json;
  std::string owner;
  try {
    json = parse_state(file);
    if (json.at("format") != kFormat) throw std::invalid_argument("another format");
    if (!json.at("version").is_number_unsigned()) throw std::invalid_argument("a version that is none");
    const auto version = json.at("version").get<std::uint64_t>();
    if (version > kVersion) throw std::invalid_argument("written by a newer version");
    owner = json.at("sink").get<std::string>();
    // Older records do not say enough to tell what changed: their days are done again.
    for (const Json& day : version >= kVersionOfRecords ? json.at("days") : Json::array()) put(record_from(day));
    for (const Json& key : json.value("being_written", Json::array())) doubted_.insert(key_from(key));
  } catch (const std::exception& error) {
    fail_to_read_state(path_.string(), error.what());
  }
  if (owner == sink_kind_) return;
  throw Error(ErrorCode::kConflict,
              fmt::format("{} belongs to a {} sink; give the {} sink a folder of its own", path_.string(), owner, sink_kind_),
              {.file = path_.string()});
}

void StateFile::doubt(const StoredKey& key) {
  records_.erase(key);
  doubted_.insert(key);
}

void StateFile::put(const DayRecord& record) {
  doubted_.erase(record.key());
  records_[record.key()] = {.record = record, .json = dump_json(json_of(record))};
}

bool StateFile::forget(const StoredKey& key) {
  doubted_.erase(key);
  return records_.erase(key) > 0;
}

// One line a day, so that people can read and compare it.
void StateFile::save() const {
  std::string text = fmt::format(R"({{"format": "{}", "version": {}, "sink": "{}", "days": [)", kFormat, kVersion, sink_kind_);
  for (const char* separator = "\n  "; const auto& [key, entry] : records_) {
    text += separator;
    text += entry.json;
    separator = ",\n  ";
  }
  text += "\n], \"being_written\": [";
  for (const char* separator = "\n  "; const StoredKey& key : doubted_) {
    text += separator;
    text += dump_json({{"source_uuid", key.source_uuid}, {"day", to_string(key.day)}});
    separator = ",\n  ";
  }
  text += "\n]}\n";
  PendingFile file(path_, durability_);
  file.write(text);
  file.publish();
}

std::vector<DayRecord> StateFile::records() const {
  std::vector<DayRecord> records;
  for (const auto& [key, entry] : records_) records.push_back(entry.record);
  return records;
}

RecordedDays StateFile::recorded_days(const std::string& source_uuid, const DateRange& days) const {
  RecordedDays recorded;
  const auto is_of = [&](const StoredKey& key) { return key.source_uuid == source_uuid && days.from <= key.day && key.day <= days.to; };
  for (const auto& [key, entry] : records_) {
    if (is_of(key)) recorded.records.push_back(entry.record);
  }
  for (const StoredKey& key : doubted_) {
    if (is_of(key)) recorded.unsure.insert(key.day);
  }
  return recorded;
}

}  // namespace costmill
