#include "events.h"

#include <spdlog/spdlog.h>

namespace costmill::app {
namespace {

spdlog::level::level_enum level_of(Severity severity) {
  switch (severity) {
    case Severity::kDebug: return spdlog::level::debug;
    case Severity::kInfo: return spdlog::level::info;
    case Severity::kWarning: return spdlog::level::warn;
  }
  return spdlog::level::info;
}

}  // namespace

RunEvents events_to(ProgressDisplay& display) {
  RunEvents events;
  events.message = [&](Severity severity, const std::string& message) {
    display.clear();
    spdlog::log(level_of(severity), "{}", message);
  };
  events.day = [&](const DayReport& day) { display.day_done(day); };
  events.progress = [&](const RunProgress& progress) { display.update(progress); };
  return events;
}

}  // namespace costmill::app
