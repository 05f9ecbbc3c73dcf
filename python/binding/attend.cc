#include "attend.h"

#include <chrono>

namespace costmill::python {
namespace {

constexpr std::chrono::milliseconds kSignalLatency{50};  // a signal handler cannot notify

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::kDebug: return "debug";
    case Severity::kInfo: return "info";
    case Severity::kWarning: break;
  }
  return "warning";
}

}  // namespace

void Attendance::run(const std::function<void(const RunEvents&)>& work) {
  std::exception_ptr failure;
  std::exception_ptr raised;
  {
    const RunEvents events = this->events();
    std::jthread thread([&] {
      try {
        work(events);
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
      changed_.notify_one();
    });
    for (bool ended = false; !ended;) {
      std::deque<Event> left;
      std::optional<RunProgress> progress;
      ended = take(left, progress);
      if (raised != nullptr) continue;
      try {
        if (PyErr_CheckSignals() != 0) throw nb::python_error();
        for (const Event& event : left) tell(event);
        if (progress) tell(*progress);
      } catch (...) {
        raised = std::current_exception();
        cancelled_ = true;
      }
    }
    const nb::gil_scoped_release released;
    thread.join();
  }
  if (raised != nullptr) std::rethrow_exception(raised);
  if (failure != nullptr) std::rethrow_exception(failure);
}

RunEvents Attendance::events() {
  RunEvents events;
  if (listener_.is_none()) return events;
  events.message = [this](Severity severity, const std::string& text) { leave(Message{severity, text}); };
  events.phase = [this](const PhaseReport& phase) { leave(Message{Severity::kInfo, described(phase)}); };
  events.day = [this](const DayReport& day) { leave(day); };
  events.progress = [this](const RunProgress& progress) {
    const std::lock_guard lock(mutex_);
    if (progress.rows_done < furthest_row_) return;  // of a worker that another has overtaken
    furthest_row_ = progress.rows_done;
    progress_ = progress;
    changed_.notify_one();
  };
  return events;
}

void Attendance::leave(Event event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  changed_.notify_one();
}

bool Attendance::take(std::deque<Event>& events, std::optional<RunProgress>& progress) {
  const nb::gil_scoped_release released;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kSignalLatency, [&] { return has_ended_ || !events_.empty() || progress_; });
  events.swap(events_);
  std::swap(progress, progress_);
  return has_ended_;
}

void Attendance::tell(const Event& event) {
  if (const auto* const message = std::get_if<Message>(&event)) {
    listener_.attr("message")(name_of(message->severity), message->text.c_str());
    return;
  }
  if (const auto* const call = std::get_if<std::function<void()>>(&event)) return (*call)();
  const auto& day = std::get<DayReport>(event);
  listener_.attr("day")(day.source_uuid.c_str(), to_string(day.day).c_str(), day.input_rows, day.output_rows, day.digest.c_str());
}

void Attendance::tell(const RunProgress& progress) {
  listener_.attr("progress")(progress.days_done, progress.days, progress.rows_done, progress.rows);
}

}  // namespace costmill::python
