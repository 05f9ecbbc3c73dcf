// The extension costmill._costmill. The package's own modules are its only callers; docs/python.md is what users see.
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "arrow_capsules.h"
#include "attend.h"
#include "config/resolve.h"
#include "costmill/memory_tools.h"
#include "costmill/version.h"
#include "distribution.h"
#include "request.h"
#include "results.h"
#include "run/open_reader.h"
#include "run/summarize.h"
#include "run/table_scan.h"
#include "run/verify.h"

namespace costmill::python {
namespace {

Table table_named(std::string_view name) {
  if (name == "pod_usage") return Table::kPodDaily;
  if (name == "pod_usage_hourly") return Table::kPodHourly;
  if (name == "storage_usage") return Table::kStorageDaily;
  if (name == "node_labels") return Table::kNodeLabels;
  if (name == "namespace_labels") return Table::kNamespaceLabels;
  throw Error(ErrorCode::kBadConfig,
              fmt::format("there is no table '{}'; there are pod_usage, pod_usage_hourly, storage_usage, node_labels, "
                          "namespace_labels",
                          name));
}

// Batches with their schema, as often as they are asked for.
struct Batches {
  std::shared_ptr<arrow::Schema> schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;

  std::int64_t rows() const {
    std::int64_t rows = 0;
    for (const auto& batch : batches) rows += batch->num_rows();
    return rows;
  }
};

struct Batch {
  std::shared_ptr<arrow::RecordBatch> rows;
};

// One scan at a time: a second thread waits for the first's batch.
class Scan {
 public:
  Scan(const nb::object& request, const std::string& table, const std::optional<std::vector<std::string>>& columns) {
    const Table of = table_named(table);
    const BatchColumns chosen = columns ? columns_named(of, *columns) : all_columns(of);
    const Config config = Request(request).config();
    scan_ = attend(nb::none(), cancelled_, [&](const RunEvents&) { return std::make_unique<TableScan>(config, chosen, cancelled_); });
  }

  nb::object schema() const { return schema_capsule(*scan_->schema()); }

  // None at the end.
  std::optional<Batch> next() {
    auto batch = attend(nb::none(), cancelled_, [&](const RunEvents&) {
      const std::lock_guard lock(mutex_);
      return scan_->next();
    });
    if (batch == nullptr) return std::nullopt;
    return Batch{std::move(batch)};
  }

 private:
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::unique_ptr<TableScan> scan_;
};

// Thread-safe: batches of several threads are folded one after the other.
class LockedSummarizer {
 public:
  explicit LockedSummarizer(const nb::object& request) : LockedSummarizer(Request(request)) {}

  void add(const nb::object& data, const std::string& table) {
    const Table of = table_named(table);
    const std::shared_ptr<arrow::RecordBatchReader> reader = reader_of(data);
    const nb::gil_scoped_release released;
    const std::lock_guard lock(mutex_);
    while (true) {
      auto batch = reader->Next();
      if (!batch.ok()) throw Error(ErrorCode::kBadInput, fmt::format("Arrow data: {}", batch.status().message()));
      if (*batch == nullptr) return;
      summarizer_.add(**batch, of);
    }
  }

  Batches finish() {
    const nb::gil_scoped_release released;
    const std::lock_guard lock(mutex_);
    return {summarizer_.schema(), summarizer_.finish()};
  }

 private:
  explicit LockedSummarizer(const Request& request) : summarizer_(resolve(request.settings, request.command_line, process_environment())) {}

  std::mutex mutex_;
  Summarizer summarizer_;
};

nb::tuple summarize(const nb::object& request, const nb::object& listener) {
  const Config config = Request(request).config();
  std::atomic<bool> cancelled{false};
  Summary summary = attend(listener, cancelled, [&](const RunEvents& events) { return costmill::summarize(config, events, cancelled); });
  return nb::make_tuple(Batches{std::move(summary.schema), std::move(summary.days)}, dict_of(summary.report));
}

nb::dict run(const nb::object& request, const nb::object& listener) {
  const Config config = Request(request).config();
  std::atomic<bool> cancelled{false};
  return dict_of(attend(listener, cancelled, [&](const RunEvents& events) { return costmill::run(config, events, cancelled); }));
}

std::string sink_of(const nb::object& request) { return resolve_sink(Request(request).settings).uri; }

nb::list plan(const nb::object& request) {
  const Config config = Request(request).config();
  std::atomic<bool> cancelled{false};
  return list_of(attend(nb::none(), cancelled, [&](const RunEvents&) { return costmill::plan(config, cancelled); }));
}

nb::dict verify(const nb::object& request, std::optional<std::size_t> sample, std::size_t limit, const nb::object& listener) {
  const Config config = Request(request).config();
  std::atomic<bool> cancelled{false};
  const VerifyOptions options{.sample = sample, .max_differences = limit};
  return dict_of(
      attend(listener, cancelled, [&](const RunEvents& events) { return costmill::verify(config, options, events, cancelled); }));
}

nb::dict compare(const nb::object& request, const std::string& left, const std::string& right, double tolerance, std::size_t limit) {
  const Settings settings = Request(request).settings;
  check_sink_uri(left, "left");
  check_sink_uri(right, "right");
  std::atomic<bool> cancelled{false};
  return dict_of(attend(nb::none(), cancelled, [&](const RunEvents&) {
    const auto left_reader = open_reader(left, settings);
    const auto right_reader = open_reader(right, settings);
    return compare_sinks(*left_reader, *right_reader, {.relative_tolerance = tolerance, .max_differences = limit});
  }));
}

nb::tuple optimize_table(const nb::object& data, const std::vector<std::string>& categorical_columns) {
  const auto reader = reader_of(data);
  auto table = reader->ToTable();
  if (!table.ok()) throw Error(ErrorCode::kBadInput, fmt::format("Arrow data: {}", table.status().message()));
  const OptimizedTable optimized = optimize_dataframe_memory(*table, categorical_columns);
  Batches batches{optimized.table->schema(), {}};
  arrow::TableBatchReader parts(*optimized.table);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (parts.ReadNext(&batch).ok() && batch != nullptr) batches.batches.push_back(batch);
  return nb::make_tuple(std::move(batches), optimized.initial_bytes, optimized.final_bytes, optimized.reduction_percent);
}

void raise(const Error& error) {
  const nb::object errors = nb::module_::import_("costmill.errors");
  const nb::object raised = errors.attr("error_of")(name_of(error.code()), error.what(), exit_code_of(error.code()), error.place().file,
                                                    error.place().column, error.place().day);
  PyErr_SetObject(raised.type().ptr(), raised.ptr());
}

void translate(const std::exception_ptr& thrown, void* /*payload*/) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    raise(error);
  } catch (const std::bad_alloc&) {
    raise(Error(ErrorCode::kNoMemory, "out of memory; lower performance.max_workers, or give the process more memory"));
  }
}

}  // namespace

NB_MODULE(_costmill, module) {
  nb::set_leak_warnings(true);
  nb::register_exception_translator(translate);
  module.attr("__version__") = kVersion;

  // A requested schema may be ignored: the protocol leaves the cast to whoever asked.
  nb::class_<Batches>(module, "Batches")
      .def("__arrow_c_schema__", [](const Batches& self) { return schema_capsule(*self.schema); })
      .def(
          "__arrow_c_stream__", [](const Batches& self, const nb::object&) { return stream_capsule(self.schema, self.batches); },
          nb::arg("requested_schema") = nb::none())
      .def_prop_ro("rows", &Batches::rows);
  nb::class_<Batch>(module, "Batch")
      .def(
          "__arrow_c_array__", [](const Batch& self, const nb::object&) { return batch_capsules(*self.rows); },
          nb::arg("requested_schema") = nb::none());
  nb::class_<Scan>(module, "Scan")
      .def(nb::init<const nb::object&, const std::string&, const std::optional<std::vector<std::string>>&>(), nb::arg("request"),
           nb::arg("table"), nb::arg("columns").none())
      .def("__arrow_c_schema__", &Scan::schema)
      .def("next", &Scan::next);
  nb::class_<LockedSummarizer>(module, "Summarizer")
      .def(nb::init<const nb::object&>(), nb::arg("request"))
      .def("add", &LockedSummarizer::add, nb::arg("data"), nb::arg("table"))
      .def("finish", &LockedSummarizer::finish);

  module.def("summarize", &summarize, nb::arg("request"), nb::arg("listener").none());
  module.def("run", &run, nb::arg("request"), nb::arg("listener").none());
  module.def("plan", &plan, nb::arg("request"));
  module.def("sink_of", &sink_of, nb::arg("request"));
  module.def("verify", &verify, nb::arg("request"), nb::arg("sample").none(), nb::arg("limit"), nb::arg("listener").none());
  module.def("compare", &compare, nb::arg("request"), nb::arg("left"), nb::arg("right"), nb::arg("tolerance"), nb::arg("limit"));
  module.def("optimize_table", &optimize_table, nb::arg("data"), nb::arg("categorical_columns"));
  module.def("cleanup_memory", [] { return cleanup_memory(); });
  module.def("memory_usage", [] {
    const MemoryUsage usage = memory_usage();
    return nb::make_tuple(usage.resident_bytes, usage.peak_bytes);
  });
  define_distribution(module);
}

}  // namespace costmill::python
