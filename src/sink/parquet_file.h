// One day as a Parquet file.
#pragma once

#include <arrow/io/interfaces.h>

#include "sink/sink.h"

namespace costmill {

// Of a row group. Its columns are held in memory, some 40 MB for so many rows; a dictionary lies in one page, whose length has 31 bits.
struct ParquetLimits {
  std::size_t rows = 128 * 1024;
  std::size_t text_bytes = 256 << 20;  // of all rows; one row may have more
};

// Writes all of the file. Throws parquet::ParquetException, Error(kBadInput) for a number that does not fit numeric(33,15),
// std::bad_alloc beyond the memory limit.
void write_parquet(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool, const std::shared_ptr<arrow::io::OutputStream>& out,
                   ParquetLimits limits = {});

}  // namespace costmill
