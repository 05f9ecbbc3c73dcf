// Rows of a day as Arrow columns, for callers that take them in memory.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "sink/sink.h"

namespace costmill {

// uuid, then kColumns: texts are dictionary<int32, utf8>, dates date32, integers int32, numbers decimal128(33,15) or float64.
std::shared_ptr<arrow::Schema> arrow_schema(NumericOutput numeric);

// One batch in canonical order, with dictionaries of its own. Throws Error(kBadInput) for a number that does not fit numeric(33,15),
// Error(kNoMemory).
std::shared_ptr<arrow::RecordBatch> record_batch_of(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool);

}  // namespace costmill
