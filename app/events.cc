#include "events.h"

#include "logging.h"

namespace costmill::app {
namespace {

void log_phase(const PhaseReport& phase) {
  log_event(Severity::kInfo, described(phase),
            {{"event", "phase"},
             {"phase", phase.name},
             {"duration", phase.duration_seconds},
             {"memory_bytes", phase.memory.resident_bytes},
             {"memory_peak_bytes", phase.memory.peak_bytes}});
}

void log_day(const DayReport& day) {
  log_event(Severity::kInfo, "day written",
            {{"event", "day"},
             {"day", to_string(day.day)},
             {"source_uuid", day.source_uuid},
             {"rows_read", day.input_rows},
             {"rows_written", day.output_rows}});
}

}  // namespace

RunEvents events_to(ProgressDisplay& display) {
  RunEvents events;
  events.message = [&](Severity severity, const std::string& message) {
    display.make_way_for([&] { log_event(severity, message, LogFields::object()); });
  };
  events.phase = [&](const PhaseReport& phase) { display.make_way_for([&] { log_phase(phase); }); };
  if (logs_json()) {
    events.day = log_day;
  } else {
    events.day = [&](const DayReport& day) { display.day_done(day); };
    events.progress = [&](const RunProgress& progress) { display.update(progress); };
  }
  return events;
}

}  // namespace costmill::app
