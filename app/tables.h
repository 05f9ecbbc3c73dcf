// Tables for people (aligned), for spreadsheets (CSV) and for programs (JSON).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "arguments.h"
#include "terminal.h"

namespace costmill::app {

// nullopt: NULL.
using OutputCell = std::variant<std::nullopt_t, std::string, std::uint64_t, double>;

struct OutputColumn {
  std::string name;     // for programs: snake_case, with units
  std::string heading;  // for people: short, units are in the title
};

// On a terminal, a bar of the row's number in a column.
struct OutputBar {
  std::string column;          // its name
  std::optional<double> full;  // what fills the bar; nullopt: the largest of the rows
};

struct OutputTable {
  std::string name;   // key in JSON
  std::string title;  // for people
  std::vector<OutputColumn> columns;
  std::vector<std::vector<OutputCell>> rows;
  std::size_t hidden_rows = 0;  // beyond the limit
  std::optional<OutputBar> bar = std::nullopt;
};

// JSON: an object of arrays of objects. CSV: the tables below each other, an empty line between.
Ready rendered(const std::vector<OutputTable>& tables, OutputFormat format);

}  // namespace costmill::app
