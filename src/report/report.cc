#include "report/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

constexpr std::size_t kMostClaims = 1500;

bool lies_in(Day day, const DateRange& days) { return days.from <= day && day <= days.to; }

class Maker {
 public:
  Maker(SinkReader& reader, const std::atomic<bool>& cancelled) : reader_(reader), cancelled_(cancelled), held_(reader.days()) {}

  std::optional<Report> make(const ReportRequest& request) {
    if (held_.empty() && !request.days) return std::nullopt;
    Report report;
    choose_clusters(request.cluster.value_or("all"), report.sums.clusters);
    report.days = request.days ? cut_to_months_held(*request.days) : last_month();
    leave_out_clusters_elsewhere(report);
    survey_labels(report);
    for_each_day(report.days, [&](std::size_t cluster, Day day, const std::vector<StoredRow>& rows) {
      report.sums.add_day(cluster, day, rows, report.labels);
    });
    report.sums.merge_small_claims(kMostClaims);
    sum_time_before(report);
    std::vector<DayRecord> records = reader_.records();
    report.findings = findings_in({report.sums, report.days, held_, records});
    std::erase_if(records,
                  [&](const DayRecord& record) { return !lies_in(record.day, report.days) || !clusters_.contains(record.source_uuid); });
    report.records = std::move(records);
    return report;
  }

 private:
  // A cluster's names are those of its last day.
  void choose_clusters(const std::string& wanted, std::vector<Cluster>& clusters) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (i + 1 < held_.size() && held_[i + 1].source_uuid == held_[i].source_uuid) continue;
      const std::vector<StoredRow> rows = read(held_[i]);
      const auto text = [&](Column column) { return rows.empty() ? "" : cell(rows.front(), column).value_or(""); };
      Cluster cluster{held_[i].source_uuid, text(Column::kClusterId), text(Column::kClusterAlias)};
      known.push_back(fmt::format("{} ({})", cluster.source_uuid, as_shown(cluster.alias)));
      if (wanted != "all" && wanted != cluster.source_uuid && wanted != cluster.id && wanted != cluster.alias) continue;
      clusters_.emplace(cluster.source_uuid, clusters.size());
      clusters.push_back(std::move(cluster));
    }
    if (wanted != "all" && clusters.empty())
      throw Error(ErrorCode::kBadConfig, fmt::format("--cluster {}: the sink has {}", as_shown(wanted),
                                                     known.empty() ? "no days" : fmt::format("{}", fmt::join(known, ", "))));
  }

  // From the first to the last day that the sink holds of the clusters.
  DateRange days_held() const {
    std::optional<DateRange> days;
    for (const StoredKey& key : held_) {
      if (!clusters_.contains(key.source_uuid)) continue;
      days = days ? DateRange{std::min(days->from, key.day), std::max(days->to, key.day)} : DateRange{key.day, key.day};
    }
    return days.value_or(DateRange{});
  }

  DateRange last_month() const {
    const Month month = month_of(days_held().to);
    return {first_day(month), last_day(month)};
  }

  // The page has a column a day, and nobody needs those of centuries without rows. Whole months stay whole.
  DateRange cut_to_months_held(const DateRange& wanted) const {
    const DateRange held = days_held();
    const DateRange cut{std::max(wanted.from, first_day(month_of(held.from))), std::min(wanted.to, last_day(month_of(held.to)))};
    if (!clusters_.empty() && cut.from <= cut.to) return cut;
    return {wanted.from, std::min(wanted.to, last_day(month_of(wanted.from)))};
  }

  // Those that have no days in the report nor in the time before; all stay if none has.
  void leave_out_clusters_elsewhere(Report& report) {
    const DateRange before = days_before(report.days);
    std::set<std::string> here;
    for (const StoredKey& key : held_) {
      if (lies_in(key.day, report.days) || lies_in(key.day, before)) here.insert(key.source_uuid);
    }
    std::vector<Cluster> kept = report.sums.clusters;
    std::erase_if(kept, [&](const Cluster& cluster) { return !here.contains(cluster.source_uuid); });
    if (kept.empty()) return;
    clusters_.clear();
    for (const Cluster& cluster : kept) clusters_.emplace(cluster.source_uuid, clusters_.size());
    report.sums.clusters = std::move(kept);
  }

  std::vector<StoredRow> read(const StoredKey& key) {
    if (cancelled_) throw Error(ErrorCode::kCancelled, "interrupted");
    return reader_.read_day(key);
  }

  template <typename Use>
  void for_each_day(const DateRange& days, const Use& use) {
    for (const StoredKey& key : held_) {
      const auto cluster = clusters_.find(key.source_uuid);
      if (cluster != clusters_.end() && lies_in(key.day, days)) use(cluster->second, key.day, read(key));
    }
  }

  void survey_labels(Report& report) {
    LabelSurvey survey;
    std::set<Day> days;
    for_each_day(report.days, [&](std::size_t cluster, Day day, const std::vector<StoredRow>& rows) {
      days.insert(day);
      for (const StoredRow& row : rows) {
        if (!is_unallocated(row)) survey.add({cluster, cell(row, Column::kNamespace)}, cell(row, Column::kAllLabels));
      }
    });
    report.labels = survey.choose(days.size(), cancelled_);
  }

  void sum_time_before(Report& report) {
    TimeBefore before{.days = days_before(report.days)};
    for_each_day(before.days, [&](std::size_t cluster, Day day, const std::vector<StoredRow>& rows) {
      before.cluster_days.emplace(cluster, day);
      for (const StoredRow& row : rows) {
        if (is_unallocated(row) || cell(row, Column::kDataSource) == name_of(DataSource::kStorage)) continue;
        before.namespaces[{cluster, cell(row, Column::kNamespace)}].add(
            cpu_memory(row, Column::kPodEffectiveUsageCpuCoreHours, Column::kPodEffectiveUsageMemoryGigabyteHours));
      }
    });
    if (!before.cluster_days.empty()) report.before = std::move(before);
  }

  SinkReader& reader_;
  const std::atomic<bool>& cancelled_;
  std::vector<StoredKey> held_;
  std::map<std::string, std::size_t> clusters_;  // by source_uuid: position in the report
};

}  // namespace

DateRange days_before(const DateRange& days) {
  const Day last{days.from.number - 1};
  const Month month = month_of(days.from);
  const bool whole_month = days.from == first_day(month) && days.to == last_day(month);
  if (whole_month) return {first_day(month_of(last)), last};
  return {{last.number - (days.to.number - days.from.number)}, last};
}

std::optional<Report> make_report(SinkReader& reader, const ReportRequest& request, const std::atomic<bool>& cancelled) {
  return Maker(reader, cancelled).make(request);
}

}  // namespace costmill
