// Work beside the interpreter: a thread works without the GIL, while the calling thread runs the listener's Python and looks for signals.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "run/run.h"

namespace costmill::python {

namespace nb = nanobind;

// What of a run goes to Python. Workers leave it here; the calling thread takes it out. `listener` has the methods message(severity, text),
// day(source_uuid, day, input_rows, output_rows, digest) and progress(days_done, days, rows_done, rows), or is None.
class Attendance {
 public:
  Attendance(nb::object listener, std::atomic<bool>& cancelled) : listener_(std::move(listener)), cancelled_(cancelled) {}

  // Calls work(events) on a thread of its own, and returns when it ended. What the listener raises, and KeyboardInterrupt, stop the work
  // and are thrown; else what the work threw.
  void run(const std::function<void(const RunEvents&)>& work);
  // From the work: called by the calling thread, some time later.
  void call(std::function<void()> python) { leave(std::move(python)); }

 private:
  struct Message {
    Severity severity;
    std::string text;
  };
  using Event = std::variant<Message, DayReport, std::function<void()>>;

  RunEvents events();
  void leave(Event event);
  // Waits for something to do, at most until signals are to be looked for. True: the work has ended, and nothing is left.
  bool take(std::deque<Event>& events, std::optional<RunProgress>& progress);
  void tell(const Event& event);
  void tell(const RunProgress& progress);

  nb::object listener_;
  std::atomic<bool>& cancelled_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> events_;
  std::optional<RunProgress> progress_;  // the latest, not told yet
  std::uint64_t furthest_row_ = 0;
  bool has_ended_ = false;
};

// The work's result, or what Attendance::run throws.
template <typename Work>
auto attend(nb::object listener, std::atomic<bool>& cancelled, Work work) {
  std::optional<decltype(work(std::declval<const RunEvents&>()))> result;
  Attendance(std::move(listener), cancelled).run([&](const RunEvents& events) { result.emplace(work(events)); });
  return std::move(*result);
}

}  // namespace costmill::python
