// A day's rows in PostgreSQL's binary form.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "postgres/connection.h"
#include "sink/number_indexes.h"
#include "sink/sink.h"

namespace costmill {

// uuid and kColumns.
inline constexpr std::size_t kPostgresColumns = kColumns.size() + 1;
// "uuid, report_period_id, ..."
std::string postgres_column_list();

// Rows as COPY sends them: the number of fields, then each field's size (-1: NULL) and bytes. Most cells are equal to those of the row
// before, so each column's last field is kept, and compared by its number or by the place of its text.
class PostgresRows {
 public:
  explicit PostgresRows(const DayRows& day);

  std::size_t size() const { return day_.rows.size(); }
  // Error(kBadInput), naming column and day, for a number that does not fit numeric(33,15) and for a text with a NUL character.
  void append(std::string& out, std::size_t ordinal);

 private:
  void encode_number(std::size_t c, double number);
  void encode_cell(std::size_t c, const Cell& cell);

  const DayRows& day_;
  bool first_ = true;
  std::array<std::uint64_t, kColumns.size()> bits_{};
  std::array<Cell, kColumns.size()> cells_;
  std::array<std::string, kColumns.size()> fields_;  // with their sizes
};

// The fields of rows that PostgresRows::append wrote, as parameters of an INSERT; they point into `rows`.
std::vector<BinaryParameter> parameters_of(std::string_view rows);

}  // namespace costmill
