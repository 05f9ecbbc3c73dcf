// What a sink remembers of a day: what it was made of, and what it became.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "calendar/day.h"
#include "reference/reference_use.h"
#include "sanity/day_signs.h"
#include "sanity/day_totals.h"

namespace costmill {

struct StoredKey {
  std::string source_uuid;
  Day day;

  auto operator<=>(const StoredKey&) const = default;
};

// One file that went into a day, as it was when it was read.
struct FileFingerprint {
  std::string path;   // relative to the input's root
  std::string table;  // that it was read as: name_of(Table)
  std::uint64_t bytes = 0;
  std::string version;  // ETag, or modification time in nanoseconds

  bool operator==(const FileFingerprint&) const = default;
};

// The keys that change figures, by their dotted names, and what else of the program does.
using FiguresConfig = std::map<std::string, std::string>;

// The record of a (cluster, day), committed together with its rows.
struct DayRecord {
  std::string source_uuid;
  Day day;
  std::vector<FileFingerprint> files;  // sorted by path
  ReferenceScope reference_scope;
  ReferenceDigests reference;  // within the scope
  FiguresConfig config;
  std::string program_version;
  int hours_seen = 0;  // of the day's 24, in the hourly pods
  std::uint64_t rows = 0;
  std::string digest;  // 32 hex digits, of EncodedDay
  DayTotals totals;    // empty: not known
  DaySigns signs;      // that its rows showed; what only the comparison with other days tells is not in it

  StoredKey key() const { return {source_uuid, day}; }
  bool operator==(const DayRecord&) const = default;
};

// What a sink holds of a cluster's days.
struct RecordedDays {
  std::vector<DayRecord> records;  // sorted by day
  std::set<Day> unsure;            // have rows, or may have, that no record vouches for
};

// 32 hex digits over record.reference, and over record.config.
std::string reference_digest(const DayRecord& record);
std::string config_digest(const DayRecord& record);

}  // namespace costmill
