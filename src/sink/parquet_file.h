// One day as a Parquet file.
#pragma once

#include <arrow/io/interfaces.h>

#include "sink/sink.h"

namespace costmill {

// Writes all of the file. Throws parquet::ParquetException, Error(kBadInput) for a number that does not fit numeric(33,15),
// std::bad_alloc beyond the memory limit.
void write_parquet(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool, const std::shared_ptr<arrow::io::OutputStream>& out);

}  // namespace costmill
