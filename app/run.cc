#include "run/run.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "commands.h"
#include "config/resolve.h"
#include "config/secrets.h"
#include "costmill/error.h"
#include "dask_engine.h"
#include "events.h"
#include "failure.h"
#include "logging.h"
#include "memory/mebibytes.h"
#include "metrics_export.h"
#include "signals.h"
#include "terminal.h"

namespace costmill::app {
namespace {

double million_rows_per_second(const RunReport& report) {
  return report.seconds.wall > 0 ? static_cast<double>(report.input_rows) / report.seconds.wall / 1e6 : 0;
}

std::string findings(const SanityReport& sanity) {
  std::string text = fmt::format("{} days with signs of bad data:", sanity.days);
  for (std::size_t i = 0; i < kSanityChecks; ++i) {
    if (sanity.counts[i] > 0) text += fmt::format(" {} {}", def_of(static_cast<SanityCheck>(i)).name, sanity.counts[i]);
  }
  return text;
}

void print_report(const RunReport& report, const std::string& sink) {
  const auto line = [](std::string_view name, const std::string& value) { say(stdout, "  {:<9} {}\n", name, value); };
  say(stdout, "{}\n", styled(stdout, Style::kBold, "Run"));
  const auto also = [](std::size_t count, std::string_view what) { return count == 0 ? "" : fmt::format(", {} {}", count, what); };
  line("days", fmt::format("{} written{}{}{}", report.days.size(), also(report.days_unchanged, "unchanged"),
                           also(report.days_removed, "removed"), also(report.failed_days.size(), "failed")));
  line("rows", fmt::format("{} in, {} out", report.input_rows, report.output_rows));
  line("files",
       fmt::format("{} of {:.1f} MiB, {:.1f} MiB fetched{}", report.files, mib_of(report.bytes_in_files), mib_of(report.bytes_fetched),
                   report.files_without_rows == 0 ? "" : fmt::format(", {} without rows", report.files_without_rows)));
  line("seconds",
       fmt::format("{:.3f} (planning {:.3f}; busy in all threads: reading {:.3f}, aggregation {:.3f}, writing {:.3f})", report.seconds.wall,
                   report.seconds.planning, report.seconds.reading, report.seconds.aggregation, report.seconds.writing));
  line("speed", fmt::format("{:.2f} million rows/s", million_rows_per_second(report)));
  line("memory", fmt::format("{:.1f} MiB at peak", mib_of(report.memory.peak_bytes)));
  if (report.sink.connections > 0) {
    const double seconds = std::max(report.sink.busy_seconds, 1e-9);
    line("written", fmt::format("{:.0f} rows/s, {:.1f} MiB/s a connection, on {}", static_cast<double>(report.sink.rows) / seconds,
                                mib_of(report.sink.bytes) / seconds, report.sink.connections));
  }
  if (report.sanity.days > 0) line("checks", findings(report.sanity));
  line("sink", without_password(sink));
}

int report_failures(const RunReport& report) {
  if (report.failed_days.empty()) return 0;
  spdlog::error("{} days failed and are as they were before; mend what the warnings above name, then run again", report.failed_days.size());
  return 6;
}

// The last line of a run, whatever became of it.
struct RunLine {
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  std::size_t days_written = 0;
  std::size_t days_unchanged = 0;
  std::size_t days_removed = 0;
  std::size_t days_failed = 0;
  std::uint64_t rows_read = 0;
  std::uint64_t rows_written = 0;
  MemoryUsage memory;

  void take(const RunReport& report) {
    days_written = report.days.size();
    days_unchanged = report.days_unchanged;
    days_removed = report.days_removed;
    days_failed = report.failed_days.size();
    rows_read = report.rows_folded;
    rows_written = report.output_rows;
    memory = report.memory;
  }

  void log(std::string_view outcome, int exit_code) const {
    const double duration_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    log_event(Severity::kInfo,
              fmt::format("run ended: {}: days written={} unchanged={} removed={} failed={} duration={:.3f}s", outcome, days_written,
                          days_unchanged, days_removed, days_failed, duration_seconds),
              {{"event", "run"},
               {"outcome", outcome},
               {"exit_code", exit_code},
               {"duration", duration_seconds},
               {"days_written", days_written},
               {"days_unchanged", days_unchanged},
               {"days_removed", days_removed},
               {"days_failed", days_failed},
               {"rows_read", rows_read},
               {"rows_written", rows_written},
               {"memory_bytes", memory.resident_bytes},
               {"memory_peak_bytes", memory.peak_bytes}});
  }
};

int run_once(const Settings& settings, const Config& config, MetricsExport& metrics) {
  ProgressDisplay display(config.run.progress);
  RunEvents events = events_to(display);
  RunLine line;
  events.ended = [&](const RunReport& report) {
    metrics.ended(report);
    line.take(report);
  };
  metrics.begin();
  try {
    const RunReport report = config.run.engine == kLocalEngine ? costmill::run(config, events, stop_requested())
                                                               : run_by_dask(settings, config, events, stop_requested());
    display.clear();
    print_report(report, config.run.sink);
    const int exit_code = report_failures(report);
    line.log(exit_code == 0 ? "success" : "days_failed", exit_code);
    metrics.leave(nullptr, exit_code);
    return exit_code;
  } catch (const std::exception& exception) {
    const Error error = error_of(exception);
    display.clear();
    line.log(name_of(error.code()), exit_code_after(error));
    metrics.leave(&error, exit_code_after(error));
    throw;
  }
}

// What may be over by the next look: a server that is away, a file that is still being written, another run.
bool may_pass(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBadConfig:
    case ErrorCode::kCancelled:
    case ErrorCode::kBug: return false;
    default: return true;
  }
}

void wait_for_next_look(double seconds) {
  constexpr std::chrono::milliseconds kSignalLatency{100};  // a signal handler cannot notify
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!stop_requested() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(kSignalLatency);
  if (stop_requested()) throw Error(ErrorCode::kCancelled, "stopped by a signal between two looks");
}

[[noreturn]] void watch(const Settings& settings, const Config& config, MetricsExport& metrics) {
  while (true) {
    try {
      run_once(settings, config, metrics);
    } catch (const Error& error) {
      if (!may_pass(error.code())) throw;
      spdlog::error("{}; trying again in {} s", error.what(), config.run.watch_seconds);
    }
    finish_standard_output();
    wait_for_next_look(config.run.watch_seconds);
  }
}

// Whatever else is wrong with the config, the metrics say that the run failed.
Config config_of(const Settings& settings, const Arguments& arguments, MetricsExport& metrics) {
  try {
    return app::config_of(settings, arguments);
  } catch (const Error& error) {
    metrics.begin();
    metrics.leave(&error, exit_code_after(error));
    throw;
  }
}

}  // namespace

int run(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return 0;
  MetricsExport metrics(resolve_metrics(*settings));
  const Config config = config_of(*settings, arguments, metrics);
  if (config.run.watch_seconds > 0) {
    metrics.listen();
    watch(*settings, config, metrics);
  }
  if (!config.metrics.listen_port.empty())
    spdlog::info("metrics.listen has no effect without --watch; metrics.file and metrics.push_url are for a single run");
  return run_once(*settings, config, metrics);
}

}  // namespace costmill::app
