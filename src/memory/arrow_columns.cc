#include "memory/arrow_columns.h"

#include <arrow/type.h>
#include <fmt/format.h>

#include "costmill/error.h"

namespace costmill {

void require_built(const arrow::Status& status) {
  if (status.ok()) return;
  throw Error(status.IsOutOfMemory() ? ErrorCode::kNoMemory : ErrorCode::kBug, fmt::format("Arrow columns: {}", status.message()));
}

std::shared_ptr<arrow::DataType> coded_text() { return arrow::dictionary(arrow::int32(), arrow::utf8()); }

std::shared_ptr<arrow::Array> built_texts(arrow::Int32Builder& codes, arrow::StringBuilder& dictionary) {
  return require_built(arrow::DictionaryArray::FromArrays(coded_text(), built(codes), built(dictionary)));
}

}  // namespace costmill
