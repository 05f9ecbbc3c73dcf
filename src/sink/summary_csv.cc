#include "sink/summary_csv.h"

#include <fmt/format.h>

#include "costmill/error.h"
#include "sink/stored_cells.h"
#include "texts/printable.h"

namespace costmill {
namespace {

void append_cell(std::string& out, const DayRows& day, const SummaryRow& row, std::size_t c) {
  const auto column = static_cast<Column>(c);
  if (kColumns[c].kind == ColumnKind::kNumber) {
    const double number = row.numbers[kNumberIndexes[c]];
    if (is_null(number)) {
      append_csv_field(out, std::nullopt);
    } else {
      append_decimal(out, checked_decimal(number, column, day.day));
    }
    return;
  }
  const Cell cell = cell_of(day, row, column);
  if (cell.null) {
    append_csv_field(out, std::nullopt);
    return;
  }
  switch (kColumns[c].kind) {
    case ColumnKind::kInteger: fmt::format_to(std::back_inserter(out), "{}", cell.integer); break;
    case ColumnKind::kDate: out += to_string(Day{cell.integer}); break;
    default: append_csv_field(out, cell.text); break;
  }
}

}  // namespace

void append_csv_header(std::string& out) {
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (c > 0) out.push_back(',');
    out += kColumns[c].name;
  }
  out.push_back('\n');
}

void append_csv_row(std::string& out, const StoredRow& row) {
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (c > 0) out.push_back(',');
    append_csv_field(out, row[c] ? std::optional<std::string_view>(*row[c]) : std::nullopt);
  }
  out.push_back('\n');
}

void append_csv_rows(std::string& out, const DayRows& day, std::size_t first, std::size_t count) {
  for (std::size_t r = first; r < first + count; ++r) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      if (c > 0) out.push_back(',');
      append_cell(out, day, day.rows[r], c);
    }
    out.push_back('\n');
  }
}

SummaryCsv::SummaryCsv(const std::filesystem::path& path) : path_(path.string()), reader_(path_) { match_columns(); }

void SummaryCsv::match_columns() {
  if (!reader_.next(record_)) fail("no header line", "");
  fields_ = record_.size();
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    std::size_t position = 0;
    while (position < fields_ && record_[position] != kColumns[c].name) ++position;
    if (position == fields_) fail("the header lacks this column", kColumns[c].name);
    positions_[c] = position;
  }
}

bool SummaryCsv::next(StoredRow& row) {
  if (!reader_.next(record_)) return false;
  if (record_.size() != fields_) fail(fmt::format("{} fields where the header has {}", record_.size(), fields_), "");
  row.resize(kColumns.size());
  for (std::size_t c = 0; c < kColumns.size(); ++c) std::swap(row[c], record_[positions_[c]]);
  canonicalize(row);
  read_key(row);
  return true;
}

void SummaryCsv::canonicalize(StoredRow& row) const {
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const ColumnKind kind = kColumns[c].kind;
    if (!row[c] || !(is_numeric(kind) || kind == ColumnKind::kDate)) continue;
    if (row[c]->empty()) {
      row[c].reset();
    } else if (is_numeric(kind) && !canonicalize_number(*row[c])) {
      fail(fmt::format("{} is no numeric(33,15)", as_shown(*row[c])), kColumns[c].name);
    }
  }
}

void SummaryCsv::read_key(const StoredRow& row) {
  const auto& day_text = row[index_of(Column::kUsageStart)];
  if (!day_text) fail("a row without a date", def_of(Column::kUsageStart).name);
  if (key_day_text_ != *day_text) {
    const std::optional<Day> day = parse_day(*day_text);
    if (!day) fail(fmt::format("{} is no date of the form YYYY-MM-DD", as_shown(*day_text)), def_of(Column::kUsageStart).name);
    key_.day = *day;
    key_day_text_ = *day_text;
  }
  const auto& source_uuid = row[index_of(Column::kSourceUuid)];
  if (source_uuid) {
    key_.source_uuid = *source_uuid;
  } else {
    key_.source_uuid.clear();
  }
}

void SummaryCsv::fail(std::string_view problem, std::string_view column) const {
  throw Error(ErrorCode::kBadInput,
              fmt::format("{} line {}{}{}: {}; give a table with the columns and forms of {}", path_, reader_.line(),
                          column.empty() ? "" : " column ", column, problem, kSummaryTable),
              {.file = path_, .column = std::string(column)});
}

}  // namespace costmill
