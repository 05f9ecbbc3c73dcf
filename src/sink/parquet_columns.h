// Rows of a day turned into the columns of a Parquet row group.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "memory/pool_vector.h"
#include "sink/sink.h"

namespace costmill {

// A column of a row group, not laid out in pages yet. Only rows that are not NULL have a value.
struct ParquetColumn {
  explicit ParquetColumn(arrow::MemoryPool* pool) : levels(pool), codes(pool), values(pool) {}

  bool is_coded = true;
  PoolVector<std::uint8_t> levels;  // a row each: 0 is NULL, 1 a value
  PoolVector<std::uint32_t> codes;  // is_coded: places in the dictionary
  PoolVector<std::uint8_t> values;  // in Parquet's encoding PLAIN: the dictionary if is_coded, else a value a row
  std::uint32_t distinct = 0;       // is_coded: size of the dictionary
  std::size_t present = 0;          // rows that are not NULL
};

// uuid and kColumns.
class ParquetColumns {
 public:
  // `day` and `pool` outlive it.
  ParquetColumns(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool);

  // Replaces what the columns hold by the rows [first, first + count). Throws Error(kBadInput) for a number that does not fit
  // numeric(33,15), std::bad_alloc.
  void fill(std::size_t first, std::size_t count);

  // In the order of the file.
  const std::vector<ParquetColumn>& columns() const { return columns_; }

 private:
  using Rows = std::span<const SummaryRow>;

  ParquetColumn& column_of(Column column) { return columns_[1 + static_cast<std::size_t>(column)]; }
  // Makes room for `count` rows; trim() takes back what NULLs left over.
  void clear(std::size_t count);
  void trim();
  // Columns that all rows of a cluster and day share.
  void fill_shared(std::size_t count);
  void fill_uuids(std::size_t first, std::size_t count);
  // `at`: place of the first of these rows in the row group.
  void add_cells(Column column, Rows rows, std::size_t at);
  void add_texts(Column column, TextId SummaryRow::*member, Rows rows, std::size_t at);
  void add_numbers(Column column, Rows rows, std::size_t at);
  template <typename NumberOf>
  void add_coded_numbers(Column column, Rows rows, std::size_t at, NumberOf number_of);
  std::size_t number_bytes() const;
  void write_number(std::uint8_t* out, double number, Column column) const;

  const DayRows& day_;
  NumericOutput numeric_;
  std::vector<ParquetColumn> columns_;
  // By column: the codes of what its dictionary has.
  std::vector<PoolVector<std::uint32_t>> codes_of_texts_;  // by TextId
  std::vector<boost::unordered_flat_map<double, std::uint32_t>> codes_of_numbers_;
};

}  // namespace costmill
