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

// Streams a file record by record; quoted fields may hold commas, quotes, CR, LF. LF and CRLF end records; blank lines and a
// byte order mark at the start are skipped. Memory: one buffer, as long as the longest record.
// Throws Error(kBadInput) with file and line for an unclosed quote, text after a closing quote, or an embedded NUL;
// Error(kInputUnavailable, kInputDenied) if the file cannot be opened or read.
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
  // Where the next record begins: byte offset, and line for seek().
  std::uint64_t offset() const;
  std::uint64_t next_line() const;
  // Continues from such a place.
  void seek(std::uint64_t offset, std::uint64_t line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Appends one field: quoted only where it must be (comma, quote, CR, LF, a text that is literally \N); nullopt is \N.
void append_csv_field(std::string& out, std::optional<std::string_view> field);

}  // namespace costmill
