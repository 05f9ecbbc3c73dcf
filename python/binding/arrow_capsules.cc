#include "arrow_capsules.h"

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "costmill/error.h"

namespace costmill::python {
namespace {

constexpr const char* kSchema = "arrow_schema";
constexpr const char* kArray = "arrow_array";
constexpr const char* kStream = "arrow_array_stream";

void require(const arrow::Status& status) {
  if (!status.ok()) throw Error(ErrorCode::kBadInput, fmt::format("Arrow data: {}", status.message()));
}

template <typename Value>
Value require(arrow::Result<Value> result) {
  require(result.status());
  return std::move(result).ValueUnsafe();
}

// Owns a C struct that whoever consumes the capsule moves out of it.
template <typename Struct>
nb::object capsule_of(std::unique_ptr<Struct> exported, const char* name) {
  PyObject* const capsule = PyCapsule_New(exported.get(), name, [](PyObject* dying) {
    auto* const owned = static_cast<Struct*>(PyCapsule_GetPointer(dying, PyCapsule_GetName(dying)));
    if (owned->release != nullptr) owned->release(owned);
    delete owned;
  });
  if (capsule == nullptr) {
    exported->release(exported.get());
    throw nb::python_error();
  }
  static_cast<void>(exported.release());
  return nb::steal(capsule);
}

template <typename Struct>
Struct* struct_in(const nb::object& capsule, const char* name) {
  void* const pointer = PyCapsule_GetPointer(capsule.ptr(), name);
  if (pointer == nullptr) throw nb::python_error();
  return static_cast<Struct*>(pointer);
}

}  // namespace

nb::object schema_capsule(const arrow::Schema& schema) {
  auto exported = std::make_unique<ArrowSchema>();
  require(arrow::ExportSchema(schema, exported.get()));
  return capsule_of(std::move(exported), kSchema);
}

nb::object stream_capsule(const std::shared_ptr<arrow::Schema>& schema, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  auto exported = std::make_unique<ArrowArrayStream>();
  require(arrow::ExportRecordBatchReader(require(arrow::RecordBatchReader::Make(batches, schema)), exported.get()));
  return capsule_of(std::move(exported), kStream);
}

nb::object batch_capsules(const arrow::RecordBatch& batch) {
  auto schema = std::make_unique<ArrowSchema>();
  auto array = std::make_unique<ArrowArray>();
  require(arrow::ExportRecordBatch(batch, array.get(), schema.get()));
  return nb::make_tuple(capsule_of(std::move(schema), kSchema), capsule_of(std::move(array), kArray));
}

std::shared_ptr<arrow::RecordBatchReader> reader_of(const nb::object& data) {
  if (nb::hasattr(data, "__arrow_c_stream__")) {
    const nb::object capsule = data.attr("__arrow_c_stream__")();
    return require(arrow::ImportRecordBatchReader(struct_in<ArrowArrayStream>(capsule, kStream)));
  }
  if (!nb::hasattr(data, "__arrow_c_array__"))
    throw nb::type_error("expected Arrow data: an object with __arrow_c_stream__ or __arrow_c_array__");
  const nb::object pair = data.attr("__arrow_c_array__")();
  const nb::object schema = pair[0];
  const nb::object array = pair[1];
  auto batch = require(arrow::ImportRecordBatch(struct_in<ArrowArray>(array, kArray), struct_in<ArrowSchema>(schema, kSchema)));
  return require(arrow::RecordBatchReader::Make({batch}, batch->schema()));
}

}  // namespace costmill::python
