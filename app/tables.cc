#include "tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "terminal.h"

namespace costmill::app {
namespace {

constexpr std::string_view kGap = "  ";

bool is_text(const OutputCell& cell) { return std::holds_alternative<std::string>(cell); }

// Two places are enough to look at; a figure that is not nothing never looks like nothing.
std::string short_number(double value) {
  if (value != 0 && std::abs(value) < 0.005) return fmt::format("{:.1g}", value);
  return fmt::format("{:.2f}", value);
}

std::string cell_for_people(const OutputCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return text->empty() ? "''" : printable(*text);
  if (const auto* count = std::get_if<std::uint64_t>(&cell)) return fmt::format("{}", *count);
  if (const auto* number = std::get_if<double>(&cell)) return short_number(*number);
  return "-";
}

std::string padded(const std::string& text, std::size_t width, bool to_the_right) {
  const std::string blanks(width - std::min(width, display_width(text)), ' ');
  return to_the_right ? blanks + text : text + blanks;
}

std::string trimmed_end(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// One text a row; empty where nobody looks at a terminal, or it has no room for bars.
std::vector<std::string> bars_of(const OutputTable& table, std::size_t columns_taken) {
  constexpr std::size_t kFewest = 8;
  constexpr std::size_t kMost = 40;
  std::vector<std::string> bars(table.rows.size());
  const std::size_t columns = columns_of(stdout);
  if (!table.bar || columns < columns_taken + kFewest) return bars;
  const auto is_meant = [&](const OutputColumn& column) { return column.name == table.bar->column; };
  const auto c = static_cast<std::size_t>(std::find_if(table.columns.begin(), table.columns.end(), is_meant) - table.columns.begin());
  const auto number_of = [&](const auto& row) {
    const auto* number = std::get_if<double>(&row.at(c));
    return number == nullptr ? 0.0 : *number;
  };
  double full = table.bar->full.value_or(0);
  if (!table.bar->full) {
    for (const auto& row : table.rows) full = std::max(full, number_of(row));
  }
  if (!(full > 0)) return bars;
  std::transform(table.rows.begin(), table.rows.end(), bars.begin(),
                 [&](const auto& row) { return block_bar(number_of(row) / full, std::min(columns - columns_taken, kMost)); });
  return bars;
}

std::string for_people(const OutputTable& table) {
  std::vector<std::size_t> widths;
  std::vector<bool> is_number;
  std::size_t columns_taken = 0;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::size_t width = display_width(table.columns[c].heading);
    bool has_text = false;
    for (const auto& row : table.rows) {
      width = std::max(width, display_width(cell_for_people(row[c])));
      has_text = has_text || is_text(row[c]);
    }
    widths.push_back(width);
    columns_taken += width + kGap.size();
    is_number.push_back(!has_text);
  }
  const auto line = [&](const auto& cell_text, const std::string& bar) {
    std::string text;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      text += padded(cell_text(c), widths[c], is_number[c]);
      text += kGap;
    }
    return trimmed_end(text + bar);
  };
  std::string out = styled(stdout, Style::kBold, table.title).text + '\n';
  if (table.rows.empty()) return out + "none\n";
  out += styled(stdout, Style::kDim, line([&](std::size_t c) { return table.columns[c].heading; }, "")).text + '\n';
  const std::vector<std::string> bars = bars_of(table, columns_taken);
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    out += line([&](std::size_t c) { return cell_for_people(table.rows[r][c]); }, bars[r]) + '\n';
  }
  if (table.hidden_rows > 0) {
    out += styled(stdout, Style::kDim, fmt::format("... and {} more; --limit 0 shows all", table.hidden_rows)).text + '\n';
  }
  return out;
}

std::string csv_text(const std::string& text) {
  const bool needs_quotes = text.empty() || text.find_first_of(",\"\r\n") != std::string::npos;
  if (!needs_quotes) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

// NULL is an empty field, the empty text is "".
std::string csv_cell(const OutputCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return csv_text(is_terminal(stdout) ? printable(*text) : *text);
  if (const auto* count = std::get_if<std::uint64_t>(&cell)) return fmt::format("{}", *count);
  if (const auto* number = std::get_if<double>(&cell)) return fmt::format("{}", *number);
  return "";
}

std::string as_csv(const OutputTable& table) {
  std::vector<std::string> names;
  for (const OutputColumn& column : table.columns) names.push_back(column.name);
  std::string out = fmt::format("{}\n", fmt::join(names, ","));
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    std::transform(row.begin(), row.end(), std::back_inserter(cells), csv_cell);
    out += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return out;
}

nlohmann::ordered_json json_cell(const OutputCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* count = std::get_if<std::uint64_t>(&cell)) return *count;
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  return nullptr;
}

nlohmann::ordered_json as_json(const OutputTable& table) {
  auto rows = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    nlohmann::ordered_json object;
    for (std::size_t c = 0; c < table.columns.size(); ++c) object[table.columns[c].name] = json_cell(row[c]);
    rows.push_back(std::move(object));
  }
  return rows;
}

}  // namespace

Ready rendered(const std::vector<OutputTable>& tables, OutputFormat format) {
  if (format == OutputFormat::kJson) {
    nlohmann::ordered_json json;
    for (const OutputTable& table : tables) json[table.name] = as_json(table);
    return exact(stdout, json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n');
  }
  std::string out;
  for (const OutputTable& table : tables) {
    if (!out.empty()) out += '\n';
    out += format == OutputFormat::kCsv ? as_csv(table) : for_people(table);
  }
  return {out};
}

}  // namespace costmill::app
