#include "sink/postgres_rows.h"

#include <fmt/format.h>

#include <bit>

#include "costmill/error.h"
#include "postgres/binary_copy.h"
#include "sink/digest.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

constexpr std::int32_t kNullField = -1;
constexpr std::int32_t kUuidBytes = 16;

// Types of pg_type.
constexpr Oid kUuidType = 2950;
Oid type_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText: return 1043;  // varchar
    case ColumnKind::kJson: return 3802;  // jsonb
    case ColumnKind::kNumber: return 1700;
    case ColumnKind::kInteger: return 23;
    case ColumnKind::kDate: return 1082;
    case ColumnKind::kUuid: return kUuidType;
  }
  throw Error(ErrorCode::kBug, "a kind of column without a type");
}

void put_size(std::string& field, std::size_t size) {
  std::string bytes;
  append_int32(bytes, static_cast<std::int32_t>(size));
  field.replace(0, bytes.size(), bytes);
}

std::int32_t read_int32(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int32_t>(value);
}

}  // namespace

std::string postgres_column_list() {
  std::string list = "uuid";
  for (const ColumnDef& column : kColumns) list += fmt::format(", {}", column.name);
  return list;
}

PostgresRows::PostgresRows(const DayRows& day) : day_(day) {}

void PostgresRows::append(std::string& out, std::size_t ordinal) {
  const SummaryRow& row = day_.rows[ordinal];
  append_int16(out, kPostgresColumns);
  append_int32(out, kUuidBytes);
  const auto uuid = row_uuid(day_.cluster.source_uuid, day_.day, ordinal);
  out.append(reinterpret_cast<const char*>(uuid.data()), uuid.size());
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (kColumns[c].kind == ColumnKind::kNumber) {
      encode_number(c, row.numbers[kNumberIndexes[c]]);
    } else {
      encode_cell(c, cell_of(day_, row, static_cast<Column>(c)));
    }
    out += fields_[c];
  }
  first_ = false;
}

void PostgresRows::encode_number(std::size_t c, double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number);
  if (!first_ && bits == bits_[c]) return;
  std::string& field = fields_[c];
  field.clear();
  if (is_null(number)) {
    append_int32(field, kNullField);
  } else {
    field.assign(4, '\0');
    append_numeric(field, checked_decimal(number, static_cast<Column>(c), day_.day));
    put_size(field, field.size() - 4);
  }
  bits_[c] = bits;
}

void PostgresRows::encode_cell(std::size_t c, const Cell& cell) {
  // Equal texts of a day are one text in memory, so the pointer tells.
  const Cell& last = cells_[c];
  if (!first_ && cell.null == last.null && cell.integer == last.integer && cell.text.data() == last.text.data() &&
      cell.text.size() == last.text.size()) {
    return;
  }
  cells_[c] = cell;
  std::string& field = fields_[c];
  field.clear();
  if (cell.null) {
    append_int32(field, kNullField);
    return;
  }
  field.assign(4, '\0');
  switch (kColumns[c].kind) {
    case ColumnKind::kText:
      if (cell.text.find('\0') != std::string_view::npos) {
        const std::string day = to_string(day_.day);
        throw Error(
            ErrorCode::kBadInput,
            fmt::format("{}: a text of {} holds a NUL character, which PostgreSQL cannot store; mend the input", day, kColumns[c].name),
            {.column = std::string(kColumns[c].name), .day = day});
      }
      field += cell.text;
      break;
    case ColumnKind::kJson: append_jsonb(field, cell.text); break;
    case ColumnKind::kUuid: append_uuid(field, cell.text); break;
    case ColumnKind::kDate: append_date(field, Day{cell.integer}); break;
    case ColumnKind::kInteger: append_int32(field, cell.integer); break;
    case ColumnKind::kNumber: break;  // encode_number
  }
  put_size(field, field.size() - 4);
}

std::vector<BinaryParameter> parameters_of(std::string_view rows) {
  std::vector<BinaryParameter> parameters;
  const char* at = rows.data();
  const char* const end = at + rows.size();
  while (at != end) {
    at += 2;  // the number of fields
    for (std::size_t field = 0; field < kPostgresColumns; ++field) {
      const std::int32_t size = read_int32(at);
      at += 4;
      const Oid type = field == 0 ? kUuidType : type_of(kColumns[field - 1].kind);
      parameters.push_back({.type = type, .bytes = size == kNullField ? nullptr : at, .size = std::max(size, 0)});
      at += std::max(size, 0);
    }
  }
  return parameters;
}

}  // namespace costmill
