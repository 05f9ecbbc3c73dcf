// CSV: reference tables and summaries of other programs. What was read and is written reads as the same again.
#include <vector>

#include "csv/csv_reader.h"
#include "fuzz.h"
#include "reference/csv_table.h"
#include "sink/summary_csv.h"

namespace {

using costmill::CsvRow;
using costmill::SummaryCsv;
using costmill::fuzz::MemoryFile;
using costmill::fuzz::require;
using costmill::fuzz::succeeds;

std::vector<CsvRow> rows_of(const std::string& path) {
  std::vector<CsvRow> rows;
  costmill::CsvReader reader(path);
  for (CsvRow row; reader.next(row);) rows.push_back(row);
  return rows;
}

// A line with nothing but an empty field is a blank line, so every record begins with a text.
std::string written(const std::vector<CsvRow>& rows) {
  std::string text;
  for (const CsvRow& row : rows) {
    text += "row";
    for (const auto& field : row) {
      text += ',';
      costmill::append_csv_field(text, field);
    }
    text += '\n';
  }
  return text;
}

void check_records(const MemoryFile& file) {
  std::vector<CsvRow> rows;
  if (!succeeds([&] { rows = rows_of(file.path()); })) return;
  const MemoryFile copy(written(rows));
  for (CsvRow& row : rows) row.insert(row.begin(), "row");
  require(rows_of(copy.path()) == rows, "records that are written are the records that were read");
}

void check_reference(const MemoryFile& file) {
  costmill::CsvTable table(file.path(), {"key", "enabled", "number"});
  while (table.next()) {
    (void)table.text(0);
    succeeds([&] { table.is_true(1); });
    succeeds([&] { table.integer(2); });
  }
}

struct Summary {
  std::vector<costmill::StoredRow> rows;
  std::vector<SummaryCsv::Place> places;
};

Summary summary_of(const std::string& path) {
  Summary summary;
  SummaryCsv table(path);
  SummaryCsv::Place place = table.place();
  for (costmill::StoredRow row; table.next(row); place = table.place()) {
    summary.rows.push_back(row);
    summary.places.push_back(place);
  }
  for (std::size_t i = summary.rows.size(); i-- > 0;) {
    table.seek(summary.places[i]);
    costmill::StoredRow row;
    require(table.next(row) && row == summary.rows[i], "a place is where its row is");
  }
  return summary;
}

void check_summary(const MemoryFile& file) {
  Summary summary;
  if (!succeeds([&] { summary = summary_of(file.path()); })) return;
  std::string text;
  costmill::append_csv_header(text);
  for (const costmill::StoredRow& row : summary.rows) costmill::append_csv_row(text, row);
  const MemoryFile copy(text);
  require(summary_of(copy.path()).rows == summary.rows, "rows that are written are the rows that were read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = costmill::fuzz::text_of(data, size);
  const MemoryFile file(text);
  check_records(file);
  succeeds([&] { check_reference(file); });
  check_summary(file);
  std::string headed;
  costmill::append_csv_header(headed);
  headed += text;
  check_summary(MemoryFile(headed));
  return 0;
}
