// A report: what a sink holds of some days, summed up for one page.
#pragma once

#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/findings.h"
#include "report/label_filters.h"
#include "report/month_sums.h"
#include "sink/sink.h"

namespace costmill {

struct ReportRequest {
  std::optional<DateRange> days;       // cut to the months that the sink holds; nullopt: the month of its last day
  std::optional<std::string> cluster;  // source UUID, cluster id or alias; nullopt or `all`: every cluster
};

// Effective usage of namespaces, in the time that a report is compared with.
struct TimeBefore {
  DateRange days;
  std::set<std::pair<std::size_t, Day>> cluster_days;  // with rows
  std::map<std::pair<std::size_t, Name>, CpuMemory> namespaces;
};

struct Report {
  DateRange days;
  MonthSums sums;
  LabelFilters labels;
  std::optional<TimeBefore> before;  // nullopt: the sink holds nothing of it
  std::vector<DayRecord> records;    // of the days and clusters of the report
  std::vector<DataFinding> findings;
};

// The days as long as these and right before them: of whole months the month before.
DateRange days_before(const DateRange& days);

// Rows are read twice, a day at a time: to choose labels, then to sum up. nullopt: the sink holds no days at all, so that no month is the
// last. Errors of the reader; Error(kBadConfig) for a cluster that the sink does not have; Error(kCancelled).
std::optional<Report> make_report(SinkReader& reader, const ReportRequest& request, const std::atomic<bool>& cancelled);

// `sink` is shown as it is. docs/report.md says what bounds its size.
std::string report_json(const Report& report, const std::string& sink);

}  // namespace costmill
