// Chunks as Arrow record batches, and back: for callers that scan or fold themselves.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scan/chunk.h"

namespace costmill {

// Which columns of a table a batch has: interval_start, then texts, then numbers, in the order of schema_of(table).
struct BatchColumns {
  Table table = Table::kPodDaily;
  WantedColumns wanted;
  bool interval_start = true;
};

// All columns that the rules know of the table.
BatchColumns all_columns(Table table);
// Those of these names. Error(kBadConfig) for a name that the table does not have.
BatchColumns columns_named(Table table, std::span<const std::string> names);

// interval_start is timestamp[ms, UTC], texts are dictionary<int32, utf8>, numbers float64.
std::shared_ptr<arrow::Schema> schema_of(const BatchColumns& columns);

// Dictionaries hold the batch's own texts, in order of first sight. Errors: kNoMemory.
std::shared_ptr<arrow::RecordBatch> batch_of(const Chunk& chunk, const Texts& texts, const BatchColumns& columns, arrow::MemoryPool* pool);

// The wanted columns, found by name: those that the batch lacks read NULL where the rules allow that. Texts may be utf8, large_utf8, views
// or dictionaries of them; numbers floats or integers; interval_start a timestamp, a date or ISO text. The batch is not trusted.
// Errors: kBadInput (column), kNoMemory.
Chunk chunk_of(const arrow::RecordBatch& batch, Table table, WantedColumns wanted, Texts& texts);

}  // namespace costmill
