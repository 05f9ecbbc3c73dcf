// Arrow through the C data interface: PyCapsules as the Arrow PyCapsule protocol has them. No buffer is copied.
#pragma once

#include <arrow/type_fwd.h>
#include <nanobind/nanobind.h>

#include <memory>
#include <utility>
#include <vector>

namespace costmill::python {

namespace nb = nanobind;

nb::object schema_capsule(const arrow::Schema& schema);
nb::object stream_capsule(const std::shared_ptr<arrow::Schema>& schema, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);
// (schema, array)
nb::object batch_capsules(const arrow::RecordBatch& batch);

// Of an object with __arrow_c_stream__, or __arrow_c_array__ (a struct, that is a record batch). TypeError for any other.
std::shared_ptr<arrow::RecordBatchReader> reader_of(const nb::object& data);

}  // namespace costmill::python
