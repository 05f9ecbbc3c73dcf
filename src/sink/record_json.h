// Records of days as JSON: whole, and the parts that a database keeps in columns of their own. docs/formats.md, "State".
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "sink/day_record.h"

namespace costmill {

nlohmann::ordered_json json_of(const DayRecord& record);
// Throws std::exception for what is no record.
DayRecord record_from(const nlohmann::ordered_json& json);

// JSON of a state, which anybody may have written. Throws a std::exception if it is none, or nested deeper than any state.
nlohmann::ordered_json parse_state(const std::string& text);
nlohmann::ordered_json parse_state(std::istream& text);

// One line; bytes of paths that are not UTF-8 are replaced, so that such a file looks changed and its day is done again.
std::string dump_json(const nlohmann::ordered_json& json, int indent = -1);

// The columns files, reference, config, totals of a database.
struct RecordColumns {
  std::string files;
  std::string reference;
  std::string config;
  std::string totals;  // empty: not known
};
RecordColumns record_columns(const DayRecord& record);
// Fills the record's parts. Error(kSinkUnavailable); `where` is for its message.
void read_record_columns(const RecordColumns& columns, std::string_view where, DayRecord& record);

// Error(kSinkUnavailable) about a state that cannot be read.
[[noreturn]] void fail_to_read_state(std::string_view where, std::string_view reason);

}  // namespace costmill
