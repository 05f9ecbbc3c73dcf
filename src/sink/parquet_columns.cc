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

using Bytes = PoolVector<std::uint8_t>;

template <typename Value>
void append_value(Bytes& out, Value value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

void append_text(Bytes& out, std::string_view text) {
  append_value(out, static_cast<std::uint32_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
}

void append_decimal(Bytes& out, Decimal decimal) {
  const std::size_t at = out.size();
  out.resize(at + kDecimalBytes);
  for (std::size_t i = kDecimalBytes; i-- > 0; decimal >>= 8) out[at + i] = static_cast<std::uint8_t>(decimal);
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

void add_null(ParquetColumn& out) { out.levels.push_back(0); }

void add_code(ParquetColumn& out, std::uint32_t code) {
  out.levels.push_back(1);
  out.codes.push_back(code);
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
  for (std::size_t done = 0; done < count; done += kBlockRows) {
    const Rows rows(&day_.rows[first + done], std::min(kBlockRows, count - done));
    add_uuids(first + done, rows.size());
    for (std::size_t c = 0; c < kColumns.size(); ++c) add_cells(static_cast<Column>(c), rows);
  }
}

void ParquetColumns::clear(std::size_t count) {
  for (ParquetColumn& column : columns_) {
    column.levels.clear();
    column.codes.clear();
    column.values.clear();
    column.distinct = 0;
    column.levels.reserve(count);
    if (column.is_coded) column.codes.reserve(count);
  }
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (text_member(static_cast<Column>(c)) != nullptr) codes_of_texts_[c].assign(day_.texts.size(), kNoCode);
    codes_of_numbers_[c].clear();
  }
}

void ParquetColumns::fill_shared(std::size_t count) {
  const SummaryRow any;
  for (const Column column :
       {Column::kReportPeriodId, Column::kClusterId, Column::kClusterAlias, Column::kUsageStart, Column::kUsageEnd, Column::kSourceUuid}) {
    ParquetColumn& out = column_of(column);
    const Cell cell = cell_of(day_, any, column);
    out.levels.assign(count, cell.null ? 0 : 1);
    if (cell.null) continue;
    out.codes.assign(count, 0);
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

void ParquetColumns::add_uuids(std::size_t first, std::size_t count) {
  ParquetColumn& out = columns_.front();
  for (std::size_t row = first; row < first + count; ++row) {
    const UuidText text = uuid_chars(row_uuid(day_.cluster.source_uuid, day_.day, row));
    append_text(out.values, {text.data(), text.size()});
  }
  out.levels.resize(out.levels.size() + count, 1);
}

void ParquetColumns::add_cells(Column column, Rows rows) {
  if (const auto text = text_member(column); text != nullptr) return add_texts(column, text, rows);
  if (def_of(column).kind == ColumnKind::kNumber) return is_coded(column) ? add_coded_numbers(column, rows) : add_numbers(column, rows);
  ParquetColumn& out = column_of(column);
  switch (column) {
    case Column::kDataSource:
      for (const SummaryRow& row : rows) add_code(out, static_cast<std::uint32_t>(row.data_source));
      break;
    case Column::kInfrastructureUsageCost:
      for (const SummaryRow& row : rows) row.has_infrastructure_usage_cost ? add_code(out, 0) : add_null(out);
      break;
    case Column::kCostCategoryId: add_coded_numbers(column, rows); break;
    default: break;  // shared by all rows
  }
}

void ParquetColumns::add_texts(Column column, TextId SummaryRow::*member, Rows rows) {
  ParquetColumn& out = column_of(column);
  PoolVector<std::uint32_t>& codes = codes_of_texts_[index_of(column)];
  for (const SummaryRow& row : rows) {
    const TextId id = row.*member;
    if (id == kNullText) {
      add_null(out);
      continue;
    }
    if (codes[id] == kNoCode) {
      codes[id] = out.distinct++;
      append_text(out.values, day_.texts[id]);
    }
    add_code(out, codes[id]);
  }
}

void ParquetColumns::add_numbers(Column column, Rows rows) {
  ParquetColumn& out = column_of(column);
  const std::size_t index = kNumberIndexes[index_of(column)];
  for (const SummaryRow& row : rows) {
    const double number = row.numbers[index];
    out.levels.push_back(is_null(number) ? 0 : 1);
    if (!is_null(number)) append_number(out, number, column);
  }
}

void ParquetColumns::add_coded_numbers(Column column, Rows rows) {
  ParquetColumn& out = column_of(column);
  auto& codes = codes_of_numbers_[index_of(column)];
  const bool is_category = column == Column::kCostCategoryId;
  const std::size_t index = kNumberIndexes[index_of(column)];
  double last = kNullNumber;
  std::uint32_t last_code = 0;
  for (const SummaryRow& row : rows) {
    const double number = !is_category ? row.numbers[index] : row.cost_category_id ? *row.cost_category_id : kNullNumber;
    if (is_null(number)) {
      add_null(out);
      continue;
    }
    if (number != last) {
      const auto [entry, is_new] = codes.try_emplace(number, out.distinct);
      if (is_new) {
        ++out.distinct;
        if (is_category) {
          append_value(out.values, *row.cost_category_id);
        } else {
          append_number(out, number, column);
        }
      }
      last = number;
      last_code = entry->second;
    }
    add_code(out, last_code);
  }
}

void ParquetColumns::append_number(ParquetColumn& out, double number, Column column) const {
  if (numeric_ == NumericOutput::kFloat64) {
    append_value(out.values, number);
  } else {
    append_decimal(out.values, checked_decimal(number, column, day_.day));
  }
}

}  // namespace costmill
