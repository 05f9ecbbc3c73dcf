// The canonical dump as a table: header, rows with canonical cells. Also reads such tables of other programs.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "csv/csv_reader.h"
#include "sink/number_indexes.h"
#include "sink/sink.h"

namespace costmill {

inline constexpr std::string_view kCsvFileName = "reporting_ocpusagelineitem_daily_summary.csv";
static_assert(kCsvFileName.starts_with(kSummaryTable));

void append_csv_header(std::string& out);
void append_csv_row(std::string& out, const StoredRow& row);
void append_csv_rows(std::string& out, const DayRows& day, std::size_t first, std::size_t count);

// Columns are matched by name, others ignored. Error(kBadInput) with file, line and column for what is not as expected.
class SummaryCsv {
 public:
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t line = 1;
  };

  explicit SummaryCsv(const std::filesystem::path& path);

  // Overwrites `row` and key(). Numbers become canonical decimal text; empty numbers and dates are NULL.
  bool next(StoredRow& row);
  const StoredKey& key() const { return key_; }

  Place place() const { return {reader_.offset(), reader_.next_line()}; }
  void seek(const Place& place) { reader_.seek(place.offset, place.line); }

 private:
  void match_columns();
  void canonicalize(StoredRow& row) const;
  void read_key(const StoredRow& row);
  [[noreturn]] void fail(std::string_view problem, std::string_view column) const;

  std::string path_;
  CsvReader reader_;
  CsvRow record_;
  std::size_t fields_ = 0;
  std::array<std::size_t, kColumns.size()> positions_{};
  std::string key_day_text_;
  StoredKey key_;
};

}  // namespace costmill
