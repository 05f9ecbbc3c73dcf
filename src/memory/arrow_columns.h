// Building Arrow columns, where nothing but memory can fail.
#pragma once

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/result.h>

#include <memory>
#include <utility>

namespace costmill {

// Throws Error: kNoMemory, or kBug.
void require_built(const arrow::Status& status);

template <typename Value>
Value require_built(arrow::Result<Value> result) {
  require_built(result.status());
  return std::move(result).ValueUnsafe();
}

inline std::shared_ptr<arrow::Array> built(arrow::ArrayBuilder& builder) { return require_built(builder.Finish()); }

// dictionary<int32, utf8>, of texts that come again and again.
std::shared_ptr<arrow::DataType> coded_text();
std::shared_ptr<arrow::Array> built_texts(arrow::Int32Builder& codes, arrow::StringBuilder& dictionary);

}  // namespace costmill
