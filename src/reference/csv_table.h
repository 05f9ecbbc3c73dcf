// One reference table as a CSV file: typed fields by column name.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "costmill/error.h"
#include "csv/csv_reader.h"

namespace costmill {

// Errors: kBadInput with file, line and column for what the file holds, kReferenceUnavailable if it cannot be read.
class CsvTable {
 public:
  // A file that does not exist is a table without rows. The header must name each of `columns` once; other columns are ignored.
  // Fields are asked for by their index in `columns`.
  CsvTable(const std::string& path, std::initializer_list<std::string_view> columns);

  // False at the end.
  bool next();

  // Of the current row; nullptr is NULL. Valid until next().
  const std::string* text(std::size_t column) const;
  // true, false, t or f; NULL counts as false, as in a SQL condition.
  bool is_true(std::size_t column) const;
  std::optional<std::int32_t> integer(std::size_t column) const;

 private:
  void read_header();
  bool read_row();
  [[noreturn]] void fail(const std::string& problem, std::string_view column = {}) const;

  std::string path_;
  std::unique_ptr<CsvReader> reader_;  // null: no file
  std::vector<std::string_view> columns_;
  std::vector<std::size_t> positions_;  // in the row, of columns_
  std::size_t fields_in_header_ = 0;
  CsvRow row_;
};

}  // namespace costmill
