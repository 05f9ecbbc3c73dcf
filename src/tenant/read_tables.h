// The tables of a tenant that Costmill only reads.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace costmill {

struct ReadTable {
  std::string_view name;
  std::string_view columns;  // the body of CREATE TABLE; {schema} stands for the quoted schema
  std::string_view without;  // what a run does where it is missing; empty: runs do not read it
};

// Those that others refer to come first.
extern const std::array<ReadTable, 6> kReadTables;

std::string read_table_statement(std::string_view schema, const ReadTable& table);

}  // namespace costmill
