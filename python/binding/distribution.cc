#include "distribution.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <utility>

#include "attend.h"
#include "config/resolve.h"
#include "costmill/memory_tools.h"
#include "distribution/day_job.h"
#include "distribution/distributed_run.h"
#include "request.h"
#include "results.h"

namespace costmill::python {
namespace {

nb::tuple tuple_of(const Submission& task) {
  nb::list parts;
  for (const Submission& part : task.parts) parts.append(tuple_of(part));
  return nb::make_tuple(task.key, task.task, task.rows, parts);
}

// Hands tasks to the listener's submit(tasks), in the thread that called Python.
class ListenerDispatcher final : public Dispatcher {
 public:
  ListenerDispatcher(Attendance& attendance, const nb::object& listener) : attendance_(attendance), listener_(listener) {}

  void submit(std::vector<Submission> tasks) override {
    attendance_.call([this, tasks = std::move(tasks)] {
      nb::list all;
      for (const Submission& task : tasks) all.append(tuple_of(task));
      listener_.attr("submit")(all);
    });
  }

 private:
  Attendance& attendance_;
  const nb::object& listener_;
};

nb::dict run_by_workers(const nb::object& request, const nb::object& listener, TaskResults& results) {
  const Request asked(request);
  const Config config = asked.config();
  std::atomic<bool> cancelled{false};
  std::optional<RunReport> report;
  Attendance attendance(listener, cancelled);
  ListenerDispatcher dispatcher(attendance, listener);
  attendance.run(
      [&](const RunEvents& events) { report = run_distributed(asked.settings, config, dispatcher, results, events, cancelled); });
  return dict_of(*report);
}

// Its work runs without the GIL.
class Job {
  template <typename Work>
  auto attended(Work work) {
    return attend(nb::none(), cancelled_, [&](const RunEvents&) { return work(); });
  }

 public:
  Job(const std::string& task, int threads, std::int64_t memory_bytes) : job_(task, {.threads = threads, .memory_bytes = memory_bytes}) {}

  bool is_part() const { return job_.task().share == DayTask::Share::kPart; }
  bool uses_connections() const { return job_.task().staging.empty() && !is_part(); }
  bool reads_database() const { return is_postgres_uri(job_.config().run.reference.value_or("")); }
  bool caches_reference() const { return job_.config().performance.cache_enabled_tags; }
  const std::string& settings() const { return job_.task().settings; }

  std::optional<std::string> staged_receipt() const {
    const auto receipt = job_.staged_receipt();
    return receipt ? std::optional(to_json(*receipt)) : std::nullopt;
  }
  std::shared_ptr<WorkerReference> load_reference() {
    return attended([&] { return job_.load_reference(cancelled_); });
  }
  nb::bytes fold_part() {
    const std::string bytes = attended([&] { return job_.fold_part(cancelled_); });
    return nb::bytes(bytes.data(), bytes.size());
  }
  void fold_days(const std::shared_ptr<WorkerReference>& reference, const nb::list& parts) {
    std::vector<std::string> folds;
    for (const nb::handle part : parts) {
      const auto bytes = nb::cast<nb::bytes>(part);
      folds.emplace_back(bytes.c_str(), bytes.size());
    }
    attended([&] {
      job_.fold_days(reference, folds, cancelled_);
      return true;
    });
  }
  void write_days() {
    attended([&] {
      job_.write_days(cancelled_);
      return true;
    });
  }
  std::string publish() {
    return attended([&] { return to_json(job_.publish()); });
  }

 private:
  DayJob job_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

void define_distribution(nb::module_& module) {
  nb::class_<TaskResults>(module, "TaskResults")
      .def(nb::init<>())
      .def(
          "put", [](TaskResults& self, const std::string& key, const std::string& receipt) { self.put(key, receipt_from(receipt)); },
          nb::arg("key"), nb::arg("receipt"))
      .def(
          "fail",
          [](TaskResults& self, const std::string& key, const std::string& kind, const std::string& message, const std::string& file,
             const std::string& column,
             const std::string& day) { self.fail(key, Error(error_code_of(kind), message, {.file = file, .column = column, .day = day})); },
          nb::arg("key"), nb::arg("kind"), nb::arg("message"), nb::arg("file"), nb::arg("column"), nb::arg("day"));
  module.def(
      "connections_of", [](const nb::object& request) { return resolve_postgres(Request(request).settings).connections; },
      nb::arg("request"));
  module.def("run_by_workers", &run_by_workers, nb::arg("request"), nb::arg("listener"), nb::arg("results"));

  module.def("keep_freed_memory", &keep_freed_memory);
  [[maybe_unused]] const nb::class_<WorkerReference> reference(module, "Reference");
  nb::class_<Job>(module, "Job")
      .def(nb::init<const std::string&, int, std::int64_t>(), nb::arg("task"), nb::arg("threads"), nb::arg("memory_bytes"))
      .def_prop_ro("is_part", &Job::is_part)
      .def_prop_ro("uses_connections", &Job::uses_connections)
      .def_prop_ro("reads_database", &Job::reads_database)
      .def_prop_ro("caches_reference", &Job::caches_reference)
      .def_prop_ro("settings", &Job::settings)
      .def("staged_receipt", &Job::staged_receipt)
      .def("load_reference", &Job::load_reference)
      .def("fold_part", &Job::fold_part)
      .def("fold_days", &Job::fold_days, nb::arg("reference"), nb::arg("parts"))
      .def("write_days", &Job::write_days)
      .def("publish", &Job::publish);
}

}  // namespace costmill::python
