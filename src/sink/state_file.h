// The records of what is done, as JSON: a file beside the rows (CSV, Parquet), and a column (SQLite). docs/formats.md.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sink.h"

namespace costmill {

inline constexpr std::string_view kStateFileName = "costmill-state.json";

std::string fingerprints_to_json(const std::vector<FileFingerprint>& files);
// `where` is for the message of Error(kSinkUnavailable).
std::vector<FileFingerprint> fingerprints_from_json(std::string_view json, std::string_view where);

// FOLDER/costmill-state.json. Rows and records lie in different files, so a writer first forgets the records that it is going
// to replace, then publishes the rows, then puts the new records: killed in between, a day is done again, never skipped.
class StateFile {
 public:
  // Loads the file if it is there. Error(kSinkUnavailable) if it is not ours to read, kConflict if another kind of sink owns it.
  StateFile(const std::filesystem::path& folder, std::string_view sink_kind);

  // True if a record was there.
  bool forget(const StoredKey& key) { return records_.erase(key) > 0; }
  void put(const DayRecord& record) { records_[{record.source_uuid, record.day}] = record; }
  void save() const;

  std::vector<DayRecord> records() const;

 private:
  std::filesystem::path path_;
  std::string sink_kind_;
  std::map<StoredKey, DayRecord> records_;
};

}  // namespace costmill
