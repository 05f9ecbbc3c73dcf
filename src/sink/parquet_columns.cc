#include "sink/parquet_columns.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "sink/digest.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

static_assert(std::endian::native == std::endian::little, "PLAIN numbers are little-endian and written by copying");

constexpr std::uint32_t kNoCode = ~std::uint32_t{0};
// Rows that go through all columns before the next ones do: few enough to stay in the second-level cache.
constexpr std::size_t kBlockRows = 512;
// Of DECIMAL(33,15) as FIXED_LEN_BYTE_ARRAY.
constexpr std::size_t kDecimalBytes = 14;
// Of a uuid's text in PLAIN: its length, its characters.
constexpr std::size_t kUuidBytes = sizeof(std::uint32_t) + std::tuple_size_v<UuidText>;

using Bytes = PoolVector<std::uint8_t>;

template <typename Value>
void append_value(Bytes& out, Value value) {
  out.append({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
}

void append_text(Bytes& out, std::string_view text) {
  append_value(out, static_cast<std::uint32_t>(text.size()));
  out.append({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

// The quantities of groups hardly repeat; those of nodes and of the cluster do.
bool is_coded(Column column) {
  switch (column) {
    case Column::kNodeCapacityCpuCores:
    case Column::kNodeCapacityCpuCoreHours:
    case Column::kNodeCapacityMemoryGigabytes:
    case Column::kNodeCapacityMemoryGigabyteHours:
    case Column::kClusterCapacityCpuCoreHours:
    case Column::kClusterCapacityMemoryGigabyteHours: return true;
    default: return def_of(column).kind != ColumnKind::kNumber;
  }
}

// Writes a level a row, and the codes of those that are not NULL. code_of gives kNoCode for NULL.
template <typename CodeOf>
void add_codes(ParquetColumn& out, std::span<const SummaryRow> rows, std::size_t at, CodeOf code_of) {
  std::uint8_t* level = out.levels.data() + at;
  std::uint32_t* code = out.codes.data() + out.present;
  for (const SummaryRow& row : rows) {
    *code = code_of(row);
    const bool is_present = *code != kNoCode;
    *level++ = static_cast<std::uint8_t>(is_present);
    code += is_present;
  }
  out.present = static_cast<std::size_t>(code - out.codes.data());
}

}  // namespace

ParquetColumns::ParquetColumns(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool)
    : day_(day), numeric_(numeric), codes_of_numbers_(kColumns.size()) {
  columns_.emplace_back(pool).is_coded = false;  // uuid: no two are equal
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    columns_.emplace_back(pool).is_coded = is_coded(static_cast<Column>(c));
    codes_of_texts_.emplace_back(pool);
  }
}

void ParquetColumns::fill(std::size_t first, std::size_t count) {
  clear(count);
  fill_shared(count);
  fill_uuids(first, count);
  for (std::size_t at = 0; at < count; at += kBlockRows) {
    const Rows rows(&day_.rows[first + at], std::min(kBlockRows, count - at));
    for (std::size_t c = 0; c < kColumns.size(); ++c) add_cells(static_cast<Column>(c), rows, at);
  }
  trim();
}

void ParquetColumns::clear(std::size_t count) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    ParquetColumn& column = columns_[i];
    column.distinct = 0;
    column.present = 0;
    column.levels.resize(count);
    // One more: a code or number is written before it is known whether it counts.
    column.codes.resize(column.is_coded ? count + 1 : 0);
    column.values.clear();
    if (!column.is_coded) column.values.resize(i == 0 ? count * kUuidBytes : (count + 1) * number_bytes());
  }
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (text_member(static_cast<Column>(c)) != nullptr) codes_of_texts_[c].resize(day_.texts.size());
    std::ranges::fill(codes_of_texts_[c].span(), kNoCode);
    codes_of_numbers_[c].clear();
  }
}

void ParquetColumns::trim() {
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    ParquetColumn& column = column_of(static_cast<Column>(c));
    if (column.is_coded) {
      column.codes.resize(column.present);
    } else {
      column.values.resize(column.present * number_bytes());
    }
  }
}

void ParquetColumns::fill_shared(std::size_t count) {
  const SummaryRow any;
  for (const Column column :
       {Column::kReportPeriodId, Column::kClusterId, Column::kClusterAlias, Column::kUsageStart, Column::kUsageEnd, Column::kSourceUuid}) {
    ParquetColumn& out = column_of(column);
    const Cell cell = cell_of(day_, any, column);
    std::ranges::fill(out.levels.span(), cell.null ? 0 : 1);
    if (cell.null) continue;
    std::ranges::fill(out.codes.span(), 0);
    out.present = count;
    out.distinct = 1;
    if (def_of(column).kind == ColumnKind::kInteger || def_of(column).kind == ColumnKind::kDate) {
      append_value(out.values, cell.integer);
    } else {
      append_text(out.values, cell.text);
    }
  }
  for (const std::string_view name : {name_of(DataSource::kPod), name_of(DataSource::kStorage)})
    append_text(column_of(Column::kDataSource).values, name);
  column_of(Column::kDataSource).distinct = 2;
  append_text(column_of(Column::kInfrastructureUsageCost).values, kZeroInfrastructureUsageCost);
  column_of(Column::kInfrastructureUsageCost).distinct = 1;
}

void ParquetColumns::fill_uuids(std::size_t first, std::size_t count) {
  ParquetColumn& out = columns_.front();
  std::ranges::fill(out.levels.span(), 1);
  RowUuids uuids(day_.cluster.source_uuid, day_.day);
  std::uint8_t* to = out.values.data();
  for (std::size_t row = first; row < first + count; ++row, to += kUuidBytes) {
    const UuidText text = uuid_chars(uuids(row));
    const auto size = static_cast<std::uint32_t>(text.size());
    std::memcpy(to, &size, sizeof size);
    std::memcpy(to + sizeof size, text.data(), text.size());
  }
}

void ParquetColumns::add_cells(Column column, Rows rows, std::size_t at) {
  if (const auto text = text_member(column); text != nullptr) return add_texts(column, text, rows, at);
  ParquetColumn& out = column_of(column);
  switch (column) {
    case Column::kDataSource:
      return add_codes(out, rows, at, [](const SummaryRow& row) { return static_cast<std::uint32_t>(row.data_source); });
    case Column::kInfrastructureUsageCost:
      return add_codes(out, rows, at, [](const SummaryRow& row) { return row.has_infrastructure_usage_cost ? 0 : kNoCode; });
    case Column::kCostCategoryId:
      return add_coded_numbers(column, rows, at,
                               [](const SummaryRow& row) { return row.cost_category_id ? *row.cost_category_id : kNullNumber; });
    default: break;
  }
  if (def_of(column).kind != ColumnKind::kNumber) return;  // shared by all rows
  if (!out.is_coded) return add_numbers(column, rows, at);
  add_coded_numbers(column, rows, at, [index = kNumberIndexes[index_of(column)]](const SummaryRow& row) { return row.numbers[index]; });
}

void ParquetColumns::add_texts(Column column, TextId SummaryRow::*member, Rows rows, std::size_t at) {
  ParquetColumn& out = column_of(column);
  std::uint32_t* const codes = codes_of_texts_[index_of(column)].data();
  add_codes(out, rows, at, [&](const SummaryRow& row) {
    const TextId id = row.*member;
    if (id == kNullText) return kNoCode;
    if (codes[id] == kNoCode) [[unlikely]] {
      codes[id] = out.distinct++;
      append_text(out.values, day_.texts[id]);
    }
    return codes[id];
  });
}

void ParquetColumns::add_numbers(Column column, Rows rows, std::size_t at) {
  ParquetColumn& out = column_of(column);
  const std::size_t index = kNumberIndexes[index_of(column)];
  std::uint8_t* level = out.levels.data() + at;
  std::uint8_t* to = out.values.data() + out.present * number_bytes();
  const std::uint8_t* const begin = to;
  for (const SummaryRow& row : rows) {
    const double number = row.numbers[index];
    const bool is_present = !is_null(number);
    *level++ = static_cast<std::uint8_t>(is_present);
    if (numeric_ == NumericOutput::kFloat64) {
      std::memcpy(to, &number, sizeof number);  // the next one takes its place if it does not count
      to += is_present ? sizeof number : 0;
    } else if (is_present) {
      write_number(to, number, column);
      to += kDecimalBytes;
    }
  }
  out.present += static_cast<std::size_t>(to - begin) / number_bytes();
}

template <typename NumberOf>
void ParquetColumns::add_coded_numbers(Column column, Rows rows, std::size_t at, NumberOf number_of) {
  ParquetColumn& out = column_of(column);
  auto& codes = codes_of_numbers_[index_of(column)];
  double last = kNullNumber;
  std::uint32_t last_code = kNoCode;
  add_codes(out, rows, at, [&](const SummaryRow& row) {
    const double number = number_of(row);
    if (is_null(number)) return kNoCode;
    if (number == last) return last_code;
    const auto [entry, is_new] = codes.try_emplace(number, out.distinct);
    if (is_new) {
      ++out.distinct;
      if (column == Column::kCostCategoryId) {
        append_value(out.values, static_cast<std::int32_t>(number));
      } else {
        out.values.resize(out.values.size() + number_bytes());
        write_number(out.values.data() + out.values.size() - number_bytes(), number, column);
      }
    }
    last = number;
    return last_code = entry->second;
  });
}

std::size_t ParquetColumns::number_bytes() const { return numeric_ == NumericOutput::kFloat64 ? sizeof(double) : kDecimalBytes; }

void ParquetColumns::write_number(std::uint8_t* out, double number, Column column) const {
  if (numeric_ == NumericOutput::kFloat64) {
    std::memcpy(out, &number, sizeof number);
    return;
  }
  Decimal decimal = checked_decimal(number, column, day_.day);
  for (std::size_t i = kDecimalBytes; i-- > 0; decimal >>= 8) out[i] = static_cast<std::uint8_t>(decimal);
}

}  // namespace costmill
