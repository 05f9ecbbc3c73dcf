#include "metrics/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include "costmill/error.h"
#include "costmill/version.h"
#include "sanity/day_sanity.h"

namespace costmill {
namespace {

constexpr std::string_view kNoLabel[] = {""};
constexpr std::string_view kVersions[] = {kVersion};
constexpr std::string_view kPhases[] = {"plan", "read", "fold", "finish", "write"};
constexpr std::string_view kDayResults[] = {"written", "unchanged", "removed", "refused", "failed"};
constexpr std::string_view kRowGroupResults[] = {"read", "pruned"};
constexpr std::string_view kServices[] = {"s3", "postgresql"};

std::span<const std::string_view> run_outcomes() {
  constexpr auto kKinds = static_cast<std::size_t>(ErrorCode::kBug) + 1;
  static const auto outcomes = [] {
    std::array<std::string_view, kKinds + 2> all{"success", "days_failed"};
    for (std::size_t i = 0; i < kKinds; ++i) all[i + 2] = name_of(static_cast<ErrorCode>(i));
    return all;
  }();
  return outcomes;
}

std::span<const std::string_view> sanity_checks() {
  static const auto names = [] {
    std::array<std::string_view, kSanityChecks> all;
    for (std::size_t i = 0; i < kSanityChecks; ++i) all[i] = def_of(static_cast<SanityCheck>(i)).name;
    return all;
  }();
  return names;
}

std::vector<MetricDef> make_defs() {
  using enum MetricKind;
  return {
      {"costmill_build_info", kGauge, "The program's version; always 1", "version", kVersions},
      {"costmill_runs_total", kCounter, "Runs that ended, and looks of a run that watches", "outcome", run_outcomes()},
      {"costmill_run_active", kGauge, "1 while a run is under way, 0 between two looks and at the end"},
      {"costmill_last_run_start_timestamp_seconds", kGauge, "When the last run began, Unix time"},
      {"costmill_last_run_duration_seconds", kGauge, "Wall time of the last run"},
      {"costmill_last_run_exit_code", kGauge, "Exit code of the last run; of a look, what a run of its own would end with"},
      {"costmill_last_run_phase_duration_seconds", kGauge, "Busy time of all threads of the last run, by phase; phases overlap", "phase",
       kPhases},
      {"costmill_last_run_summaries", kGauge, "Daily summaries of the last run, by what became of them", "result", kDayResults},
      {"costmill_last_run_retries", kGauge, "What the last run tried again, by the service that failed it", "service", kServices},
      {"costmill_last_run_suspect_summaries", kGauge, "Daily summaries of the last run that have signs of bad data, written or not"},
      {"costmill_last_success_timestamp_seconds", kGauge, "When a run last ended with exit code 0, Unix time"},
      {"costmill_rows_read_total", kCounter, "Line items that were decoded and folded, of all tables"},
      {"costmill_rows_written_total", kCounter, "Summary rows of days that were written"},
      {"costmill_read_bytes_total", kCounter, "Bytes of Parquet files that were read, listings not counted"},
      {"costmill_files_total", kCounter, "Parquet files whose footer was looked at"},
      {"costmill_files_without_rows_total", kCounter, "Of them, those without a row"},
      {"costmill_row_groups_total", kCounter, "Row groups of these files: read, or pruned by statistics and by days that are unchanged",
       "result", kRowGroupResults},
      {"costmill_day_groups_total", kCounter, "Groups of days that were folded together"},
      {"costmill_summaries_total", kCounter,
       "Daily summaries, by what became of them: refused is for bad input, failed for what is no matter of the day's data", "result",
       kDayResults},
      {"costmill_phase_seconds_total", kCounter, "Busy time of all threads, by phase; phases overlap", "phase", kPhases},
      {"costmill_retries_total", kCounter, "Requests and transactions that were tried again, by the service that failed them", "service",
       kServices},
      {"costmill_sanity_findings_total", kCounter, "Signs of bad data, by check", "check", sanity_checks()},
      {"costmill_suspect_summaries_total", kCounter, "Daily summaries that have signs of bad data, written or not"},
      {"costmill_memory_peak_bytes", kGauge, "Most resident memory of the process so far"},
      {"costmill_memory_limit_bytes", kGauge, "performance.memory_limit of the last run"},
  };
}

std::size_t index_of(Metric metric) { return static_cast<std::size_t>(metric); }

std::span<const std::string_view> label_values_of(const MetricDef& def) { return def.label.empty() ? kNoLabel : def.label_values; }

// Label values are names of ours: nothing in them needs an escape.
std::string series_of(const MetricDef& def, std::string_view label_value) {
  return def.label.empty() ? std::string(def.name) : fmt::format("{}{{{}=\"{}\"}}", def.name, def.label, label_value);
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && std::isfinite(value) && value >= 0;
  return is_number ? std::optional(value) : std::nullopt;
}

std::size_t place_of(Metric metric, std::string_view label_value) {
  const MetricDef& def = def_of(metric);
  const auto names = label_values_of(def);
  const auto found = std::find(names.begin(), names.end(), label_value);
  if (found == names.end()) throw Error(ErrorCode::kBug, fmt::format("{} has no label value '{}'", def.name, label_value));
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::span<const MetricDef> all_metrics() {
  static const std::vector<MetricDef> defs = [] {
    auto made = make_defs();
    if (made.size() != index_of(Metric::kCount)) throw Error(ErrorCode::kBug, "the table of metrics does not follow its names");
    return made;
  }();
  return defs;
}

const MetricDef& def_of(Metric metric) { return all_metrics()[index_of(metric)]; }

Metrics::Metrics() {
  for (const MetricDef& def : all_metrics()) {
    const auto first = def.kind == MetricKind::kCounter ? std::optional(0.0) : std::nullopt;
    values_.emplace_back(label_values_of(def).size(), first);
  }
  set(Metric::kBuildInfo, 1, kVersion);
}

std::optional<double>& Metrics::at(Metric metric, std::string_view label_value) {
  return values_[index_of(metric)][place_of(metric, label_value)];
}

void Metrics::add(Metric counter, double value, std::string_view label_value) { *at(counter, label_value) += value; }

void Metrics::set(Metric gauge, double value, std::string_view label_value) { at(gauge, label_value) = value; }

std::optional<double> Metrics::value(Metric metric, std::string_view label_value) const {
  return values_[index_of(metric)][place_of(metric, label_value)];
}

std::string Metrics::text() const {
  std::string text;
  for (std::size_t m = 0; m < values_.size(); ++m) {
    const MetricDef& def = all_metrics()[m];
    const auto& values = values_[m];
    if (std::none_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); })) continue;
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", def.name, def.help, def.kind == MetricKind::kCounter ? "counter" : "gauge");
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i]) text += fmt::format("{} {}\n", series_of(def, label_values_of(def)[i]), *values[i]);
    }
  }
  return text;
}

void Metrics::go_on_from(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t blank = line.rfind(' ');
    const auto value = blank == std::string_view::npos ? std::nullopt : number_of(line.substr(blank + 1));
    if (!value) continue;
    for (std::size_t m = 0; m < values_.size(); ++m) {
      const MetricDef& def = all_metrics()[m];
      if (def.kind != MetricKind::kCounter && m != index_of(Metric::kLastSuccess)) continue;
      for (std::size_t i = 0; i < values_[m].size(); ++i) {
        if (line.substr(0, blank) == series_of(def, label_values_of(def)[i])) values_[m][i] = values_[m][i].value_or(0) + *value;
      }
    }
  }
}

}  // namespace costmill
