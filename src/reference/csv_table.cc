#include "reference/csv_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "texts/utf8.h"

namespace costmill {
namespace {

// A reference table that cannot be read is a kind of its own, whatever the reader calls it.
[[noreturn]] void rethrow_as_reference(const Error& error) {
  if (error.code() != ErrorCode::kInputUnavailable && error.code() != ErrorCode::kInputDenied) throw error;
  throw Error(ErrorCode::kReferenceUnavailable, error.what(), error.place());
}

}  // namespace

CsvTable::CsvTable(const std::string& path, std::initializer_list<std::string_view> columns) : path_(path), columns_(columns) {
  std::error_code ignored;
  if (std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found) return;
  try {
    reader_ = std::make_unique<CsvReader>(path);
  } catch (const Error& error) {
    rethrow_as_reference(error);
  }
  read_header();
}

void CsvTable::read_header() {
  if (!read_row()) fail("the file is empty, a header that names the columns is expected");
  fields_in_header_ = row_.size();
  for (const std::string_view column : columns_) {
    const auto found = std::find(row_.begin(), row_.end(), column);
    if (found == row_.end()) fail(fmt::format("the header has no column {}", column), column);
    if (std::find(found + 1, row_.end(), column) != row_.end()) fail(fmt::format("the header names column {} twice", column), column);
    positions_.push_back(static_cast<std::size_t>(found - row_.begin()));
  }
}

bool CsvTable::next() {
  if (!reader_ || !read_row()) return false;
  if (row_.size() != fields_in_header_) {
    fail(fmt::format("{} fields, where the header has {}", row_.size(), fields_in_header_));
  }
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    const std::string* const field = text(column);
    if (field != nullptr && !valid_utf8(*field)) fail(fmt::format("{} is not UTF-8", columns_[column]), columns_[column]);
  }
  return true;
}

bool CsvTable::read_row() {
  try {
    return reader_->next(row_);
  } catch (const Error& error) {
    rethrow_as_reference(error);
  }
}

const std::string* CsvTable::text(std::size_t column) const {
  const auto& field = row_[positions_[column]];
  return field ? &*field : nullptr;
}

bool CsvTable::is_true(std::size_t column) const {
  const std::string* const field = text(column);
  if (field == nullptr || *field == "false" || *field == "f") return false;
  if (*field == "true" || *field == "t") return true;
  fail(fmt::format("{} is {:?}, expected true or false", columns_[column], *field), columns_[column]);
}

std::optional<std::int32_t> CsvTable::integer(std::size_t column) const {
  const std::string* const field = text(column);
  if (field == nullptr) return std::nullopt;
  std::int32_t number = 0;
  const char* const end = field->data() + field->size();
  const auto parsed = std::from_chars(field->data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    fail(fmt::format("{} is {:?}, expected a whole number of 32 bits, or \\N for NULL", columns_[column], *field), columns_[column]);
  }
  return number;
}

void CsvTable::fail(const std::string& problem, std::string_view column) const {
  throw Error(ErrorCode::kBadInput, fmt::format("{} line {}: {}; mend the file and run again", path_, reader_->line(), problem),
              {.file = path_, .column = std::string(column)});
}

}  // namespace costmill
