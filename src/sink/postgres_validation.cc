#include "sink/postgres_validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "sink/digest.h"
#include "sink/postgres_cells.h"
#include "sink/postgres_day_writer.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

// A sum of decimals may take more digits than 128 bits hold; equal sums are equal modulo 2^128 too.
using WrappedSum = unsigned __int128;

struct ColumnSum {
  std::uint64_t count = 0;  // of values that are not NULL
  WrappedSum sum = 0;

  bool operator==(const ColumnSum&) const = default;
};
using Sums = std::array<ColumnSum, kColumns.size()>;

Sums sums_of(const DayRows& day) {
  Sums sums;
  for (const SummaryRow& row : day.rows) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      if (kColumns[c].kind != ColumnKind::kNumber || is_null(row.numbers[kNumberIndexes[c]])) continue;
      ++sums[c].count;
      sums[c].sum += static_cast<WrappedSum>(checked_decimal(row.numbers[kNumberIndexes[c]], static_cast<Column>(c), day.day));
    }
  }
  return sums;
}

// Text of a numeric with 15 places, in units of 10^-15.
WrappedSum wrapped(std::string_view text) {
  WrappedSum sum = 0;
  const bool negative = text.starts_with('-');
  for (const char c : text) {
    if (c >= '0' && c <= '9') sum = sum * 10 + static_cast<unsigned>(c - '0');
  }
  return negative ? -sum : sum;
}

std::string own_rows(const std::string& table) {
  return fmt::format("FROM {} WHERE usage_start = $1::date AND source_uuid = $2::uuid AND {}", table, kOwnRows);
}

[[noreturn]] void fail(const DayRows& day, std::string_view what, std::string_view column) {
  throw Error(
      ErrorCode::kConflict,
      fmt::format("{}: what the database holds differs from what was written ({}); the day is rolled back; look for triggers on {} and "
                  "for programs that write it at the same time",
                  to_string(day.day), what, kSummaryTable),
      {.column = std::string(column), .day = to_string(day.day)});
}

void check_sums(PostgresConnection& connection, const std::string& table, const DayRows& day) {
  std::string sql = "SELECT count(*)";
  for (const ColumnDef& column : kColumns) {
    if (column.kind == ColumnKind::kNumber) sql += fmt::format(", count({0}), coalesce(sum({0}), 0)::numeric(1000, 15)", column.name);
  }
  const PostgresResult found =
      connection.execute(fmt::format("{} {}", sql, own_rows(table)), {to_string(day.day), day.cluster.source_uuid});
  if (found.integer(0, 0) != static_cast<std::int64_t>(day.rows.size()))
    fail(day, fmt::format("{} rows of {}", found.integer(0, 0), day.rows.size()), "");
  const Sums sums = sums_of(day);
  int at = 1;
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (kColumns[c].kind != ColumnKind::kNumber) continue;
    const ColumnSum stored{static_cast<std::uint64_t>(found.integer(0, at)), wrapped(found.text(0, at + 1))};
    if (stored != sums[c]) fail(day, fmt::format("the sum of {} is {}", kColumns[c].name, found.text(0, at + 1)), kColumns[c].name);
    at += 2;
  }
}

void check_sample(PostgresConnection& connection, const std::string& table, const DayRows& day, std::size_t sampled_rows) {
  const std::size_t count = std::min(sampled_rows, day.rows.size());
  std::map<std::string, std::size_t> ordinals;  // by uuid
  std::string uuids;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t ordinal = i * day.rows.size() / count;
    const std::string uuid = uuid_text(row_uuid(day.cluster.source_uuid, day.day, ordinal));
    uuids += fmt::format("{}{}", uuids.empty() ? "" : ",", uuid);
    ordinals.emplace(uuid, ordinal);
  }
  const PostgresResult found =
      connection.execute(fmt::format("SELECT uuid, {} {} AND uuid = ANY($3::uuid[])", postgres_select_list(), own_rows(table)),
                         {to_string(day.day), day.cluster.source_uuid, fmt::format("{{{}}}", uuids)});
  if (found.rows() != static_cast<int>(count)) fail(day, "sampled rows are missing", "uuid");
  for (int row = 0; row < found.rows(); ++row) {
    const StoredRow stored = stored_row(found, row, 1);
    const StoredRow expected = stored_row(day, day.rows[ordinals.at(found.text(row, 0))]);
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      if (stored[c] == expected[c]) continue;
      fail(day,
           fmt::format("row {}: {} is {} instead of {}", found.text(row, 0), kColumns[c].name, stored[c].value_or("NULL"),
                       expected[c].value_or("NULL")),
           kColumns[c].name);
    }
  }
}

}  // namespace

void validate_day(PostgresConnection& connection, const std::string& table, const DayRows& rows, std::size_t sampled_rows) {
  check_sums(connection, table, rows);
  if (!rows.rows.empty()) check_sample(connection, table, rows, sampled_rows);
}

}  // namespace costmill
