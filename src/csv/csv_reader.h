// RFC 4180 CSV with \N for NULL, as the sinks write it and reference tables come. A quoted "\N" is the text itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace costmill {

using CsvRow = std::vector<std::optional<std::string>>;

// Streams a file record by record; quoted fields may hold commas, quotes, CR, LF. LF and CRLF end records.
// Throws Error(kBadInput) with file and line for an unclosed quote, text after a closing quote, or an embedded NUL.
class CsvReader {
 public:
  explicit CsvReader(const std::string& path);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // False at the end. `row` is overwritten.
  bool next(CsvRow& row);
  // Line where the last record began, from 1.
  std::uint64_t line() const;
  // Byte offset where the next record begins; seek() continues from such an offset.
  std::uint64_t offset() const;
  void seek(std::uint64_t offset);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Appends one field: quoted only where it must be (comma, quote, CR, LF, a text that is literally \N); nullopt is \N.
void append_csv_field(std::string& out, std::optional<std::string_view> field);

}  // namespace costmill
