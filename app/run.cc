#include "run/run.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "commands.h"
#include "config/secrets.h"
#include "costmill/error.h"
#include "progress.h"
#include "signals.h"
#include "terminal.h"

namespace costmill::app {
namespace {

constexpr double kBytesPerMib = 1024.0 * 1024.0;

spdlog::level::level_enum level_of(Severity severity) {
  switch (severity) {
    case Severity::kDebug: return spdlog::level::debug;
    case Severity::kInfo: return spdlog::level::info;
    case Severity::kWarning: return spdlog::level::warn;
  }
  return spdlog::level::info;
}

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

double million_rows_per_second(const RunReport& report) {
  return report.seconds.wall > 0 ? static_cast<double>(report.input_rows) / report.seconds.wall / 1e6 : 0;
}

void print_report(const RunReport& report, const std::string& sink) {
  const auto line = [](std::string_view name, const std::string& value) { fmt::print("  {:<9} {}\n", name, value); };
  fmt::print("{}\n", styled(stdout, Style::kBold, "Run"));
  line("days", fmt::format("{} written{}", report.days.size(),
                           report.failed_days.empty() ? "" : fmt::format(", {} failed", report.failed_days.size())));
  line("rows", fmt::format("{} in, {} out", report.input_rows, report.output_rows));
  line("files", fmt::format("{} ({:.1f} MiB read{})", report.files, static_cast<double>(report.bytes_read) / kBytesPerMib,
                            report.files_without_rows == 0 ? "" : fmt::format(", {} without rows", report.files_without_rows)));
  line("seconds",
       fmt::format("{:.3f} (planning {:.3f}; busy in all threads: reading {:.3f}, aggregation {:.3f}, writing {:.3f})", report.seconds.wall,
                   report.seconds.planning, report.seconds.reading, report.seconds.aggregation, report.seconds.writing));
  line("speed", fmt::format("{:.2f} million rows/s", million_rows_per_second(report)));
  line("memory", fmt::format("{:.1f} MiB at peak", static_cast<double>(report.memory.peak_bytes) / kBytesPerMib));
  if (report.sink.connections > 0) {
    const double seconds = std::max(report.sink.busy_seconds, 1e-9);
    line("written", fmt::format("{:.0f} rows/s, {:.1f} MiB/s a connection, on {}", static_cast<double>(report.sink.rows) / seconds,
                                static_cast<double>(report.sink.bytes) / kBytesPerMib / seconds, report.sink.connections));
  }
  line("sink", printable(without_password(sink)));
}

int report_failures(const RunReport& report) {
  if (report.failed_days.empty()) return 0;
  spdlog::error("{} days failed and are as they were before; mend what the warnings above name, then run again", report.failed_days.size());
  return 6;
}

int run_command(const Config& config) {
  ProgressDisplay display(config.run.progress);
  const RunReport report = costmill::run(config, events_to(display), stop_requested());
  display.clear();
  print_report(report, config.run.sink);
  return report_failures(report);
}

}  // namespace

int run(const Arguments& arguments) {
  const auto config = prepare_config(arguments);
  return config ? run_command(*config) : 0;
}

}  // namespace costmill::app
