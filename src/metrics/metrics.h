// What a process has done, as numbers that Prometheus reads. docs/metrics.md lists them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace costmill {

enum class Metric : std::uint8_t {
  kBuildInfo,
  kRuns,
  kRunActive,
  kLastRunStart,
  kLastRunDuration,
  kLastRunExitCode,
  kLastRunPhase,
  kLastRunDays,
  kLastRunRetries,
  kLastRunSanityDays,
  kLastSuccess,
  kRowsRead,
  kRowsWritten,
  kReadBytes,
  kFiles,
  kFilesWithoutRows,
  kRowGroups,
  kDayGroups,
  kDays,
  kPhaseSeconds,
  kRetries,
  kSanityFindings,
  kSanityDays,
  kMemoryPeak,
  kMemoryLimit,
  kCount
};

enum class MetricKind { kCounter, kGauge };

struct MetricDef {
  std::string_view name;
  MetricKind kind;
  std::string_view help;
  std::string_view label = "";  // empty: none
  // Every value that the label can have: names from data are none, so the number of time series is fixed.
  std::span<const std::string_view> label_values = {};
};

// In the order of Metric.
std::span<const MetricDef> all_metrics();
const MetricDef& def_of(Metric metric);

// A value for each metric and value of its label. Not thread-safe.
class Metrics {
 public:
  // Counters are 0, gauges not set: they are left out of the text until they are.
  Metrics();

  // Error(kBug) for a label value that is not in the list.
  void add(Metric counter, double value, std::string_view label_value = "");
  void set(Metric gauge, double value, std::string_view label_value = "");
  std::optional<double> value(Metric metric, std::string_view label_value = "") const;

  // Prometheus' text format, version 0.0.4.
  std::string text() const;

  // Goes on from what text() of another process gave: its counters are added, and the last success stays known. Lines that are not ours
  // are passed over.
  void go_on_from(std::string_view text);

 private:
  std::optional<double>& at(Metric metric, std::string_view label_value);

  std::vector<std::vector<std::optional<double>>> values_;  // by metric, then by label value
};

}  // namespace costmill
