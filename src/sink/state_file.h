// The records of what is done in a file beside the rows (CSV, Parquet). docs/formats.md, "State".
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sink/pending_file.h"
#include "sink/sink.h"

namespace costmill {

inline constexpr std::string_view kStateFileName = "costmill-state.json";

// FOLDER/costmill-state.json. Rows and records lie in different files, so a writer first doubts the days that it is going to replace,
// then publishes the rows, then puts or forgets their records: killed in between, a day is done again, never taken for done.
class StateFile {
 public:
  // Loads the file if it is there. Error(kSinkUnavailable) if it is not ours to read, kConflict if another kind of sink owns it.
  StateFile(const std::filesystem::path& folder, std::string_view sink_kind, Durability durability = Durability::kSynced);

  // Takes the day's record away and remembers the day, until put() or forget().
  void doubt(const StoredKey& key);
  void put(const DayRecord& record);
  // True if a record was there.
  bool forget(const StoredKey& key);
  void save() const;

  std::vector<DayRecord> records() const;
  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) const;

 private:
  std::filesystem::path path_;
  std::string sink_kind_;
  Durability durability_;
  struct Entry {
    DayRecord record;
    std::string json;  // the file is written after every day, a record does not change
  };
  std::map<StoredKey, Entry> records_;
  std::set<StoredKey> doubted_;
};

}  // namespace costmill
