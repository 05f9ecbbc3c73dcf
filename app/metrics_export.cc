#include "metrics_export.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <utility>

#include "config/text_file.h"
#include "metrics_push.h"
#include "sink/pending_file.h"

namespace costmill::app {
namespace {

double unix_time() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// What is wrong with the day's data is refused; all else may be over by the next run.
std::string_view result_of(ErrorCode code) { return code == ErrorCode::kBadInput || code == ErrorCode::kCorrupt ? "refused" : "failed"; }

void count_phase(Metrics& metrics, std::string_view phase, double seconds) {
  metrics.add(Metric::kPhaseSeconds, seconds, phase);
  metrics.set(Metric::kLastRunPhase, seconds, phase);
}

void count_retries(Metrics& metrics, std::string_view service, double retries) {
  metrics.add(Metric::kRetries, retries, service);
  metrics.set(Metric::kLastRunRetries, retries, service);
}

}  // namespace

bool may_be_replaced(const std::string& metrics_file) {
  std::error_code ignored;
  const auto status = std::filesystem::status(metrics_file, ignored);
  return !std::filesystem::exists(status) || std::filesystem::is_regular_file(status);
}

MetricsExport::MetricsExport(MetricsConfig config) : config_(std::move(config)) {
  if (!config_.file.empty()) metrics_.go_on_from(read_text_file(config_.file).text);
  metrics_.set(Metric::kRunActive, 0);
}

void MetricsExport::listen() {
  if (config_.listen_port.empty()) return;
  try {
    listener_ = std::make_unique<MetricsListener>(config_.listen_host, config_.listen_port, [this] { return text(); });
    spdlog::info("metrics at http://{}/metrics", listener_->address());
  } catch (const Error& error) {
    spdlog::warn("{}", error.what());
  }
}

std::string MetricsExport::text() const {
  const std::lock_guard lock(mutex_);
  return metrics_.text();
}

void MetricsExport::begin() {
  const std::lock_guard lock(mutex_);
  has_failed_day_ = false;
  metrics_.set(Metric::kRunActive, 1);
  metrics_.set(Metric::kLastRunStart, unix_time());
  begin_ = std::chrono::steady_clock::now();
  // A run that fails at once has none of what the last one had.
  for (const std::string_view phase : def_of(Metric::kLastRunPhase).label_values) metrics_.set(Metric::kLastRunPhase, 0, phase);
  for (const std::string_view result : def_of(Metric::kLastRunDays).label_values) metrics_.set(Metric::kLastRunDays, 0, result);
  for (const std::string_view service : def_of(Metric::kLastRunRetries).label_values) metrics_.set(Metric::kLastRunRetries, 0, service);
  metrics_.set(Metric::kLastRunSanityDays, 0);
}

void MetricsExport::count_day(std::string_view result, double days) {
  metrics_.add(Metric::kDays, days, result);
  metrics_.set(Metric::kLastRunDays, *metrics_.value(Metric::kLastRunDays, result) + days, result);
}

void MetricsExport::ended(const RunReport& report) {
  const std::lock_guard lock(mutex_);
  const auto number = [](auto count) { return static_cast<double>(count); };
  count_day("written", number(report.days.size()));
  count_day("unchanged", number(report.days_unchanged));
  count_day("removed", number(report.days_removed));
  has_failed_day_ = !report.failed_days.empty();
  for (const DayFailure& failed : report.failed_days) count_day(result_of(failed.error.code()), 1);
  metrics_.add(Metric::kRowsRead, number(report.rows_folded));
  metrics_.add(Metric::kRowsWritten, number(report.output_rows));
  metrics_.add(Metric::kReadBytes, number(report.bytes_fetched));
  metrics_.add(Metric::kFiles, number(report.files));
  metrics_.add(Metric::kFilesWithoutRows, number(report.files_without_rows));
  metrics_.add(Metric::kRowGroups, number(report.row_groups_read), "read");
  metrics_.add(Metric::kRowGroups, number(report.row_groups_pruned), "pruned");
  metrics_.add(Metric::kDayGroups, number(report.day_groups));
  const PhaseSeconds& seconds = report.seconds;
  count_phase(metrics_, "plan", seconds.planning);
  count_phase(metrics_, "read", seconds.reading);
  count_phase(metrics_, "fold", seconds.aggregation - seconds.finishing);
  count_phase(metrics_, "finish", seconds.finishing);
  count_phase(metrics_, "write", seconds.writing);
  count_retries(metrics_, "s3", number(report.input_retries));
  count_retries(metrics_, "postgresql", number(report.sink.retries));
  for (std::size_t i = 0; i < kSanityChecks; ++i)
    metrics_.add(Metric::kSanityFindings, number(report.sanity.counts[i]), def_of(static_cast<SanityCheck>(i)).name);
  metrics_.add(Metric::kSanityDays, number(report.sanity.days));
  metrics_.set(Metric::kLastRunSanityDays, number(report.sanity.days));
  metrics_.set(Metric::kMemoryPeak, number(report.memory.peak_bytes));
  metrics_.set(Metric::kMemoryLimit, number(report.memory_limit_bytes));
}

void MetricsExport::leave(const Error* failure, int exit_code) {
  {
    const std::lock_guard lock(mutex_);
    // A day that the sink failed to take is not among those of the report.
    if (failure != nullptr && !has_failed_day_ && !failure->place().day.empty()) count_day(result_of(failure->code()), 1);
    const double now = unix_time();
    metrics_.set(Metric::kRunActive, 0);
    metrics_.set(Metric::kLastRunDuration, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count());
    metrics_.set(Metric::kLastRunExitCode, exit_code);
    if (exit_code == 0) metrics_.set(Metric::kLastSuccess, now);
    metrics_.add(Metric::kRuns, 1, failure != nullptr ? name_of(failure->code()) : exit_code == 0 ? "success" : "days_failed");
  }
  try {
    if (!config_.file.empty()) write_file();
    if (!config_.push_url.empty()) push_metrics(config_.push_url, text());
  } catch (const std::exception& error) {
    spdlog::warn("the metrics do not reach everybody, and the run is what it is: {}", error.what());
  }
}

void MetricsExport::write_file() const {
  try {
    if (!may_be_replaced(config_.file)) {
      spdlog::warn("metrics.file: cannot replace {}: it is no regular file; choose another name; the run itself is not affected",
                   config_.file);
      return;
    }
    PendingFile file(config_.file, Durability::kNone);  // of the next run's there is no loss, and a disk that syncs slowly delays no run
    // node_exporter is another user, and there are no names of data in it.
    if (::fchmod(file.descriptor(), 0644) != 0) throw_file_error("set the rights of", file.path(), errno);
    file.write(text());
    file.publish();
  } catch (const Error& error) {
    spdlog::warn("metrics.file: {}; the run itself is not affected", error.what());
  }
}

}  // namespace costmill::app
