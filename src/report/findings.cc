#include "report/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sanity/day_totals.h"
#include "texts/printable.h"

namespace costmill {
namespace {

constexpr int kHoursOfDay = 24;
constexpr int kDaysToCompare = 7;  // as docs/sanity.md says
constexpr double kSecondsPerHour = 3600;
constexpr double kBytesPerGib = 1024.0 * 1024 * 1024;
// Rows are rounded to 15 places and summed in another order than the totals.
constexpr double kTolerance = 1e-9;
constexpr std::int64_t kNanosecondsPerDay = 86'400'000'000'000;

// Of one cluster.
class Investigation {
 public:
  Investigation(const Evidence& evidence, std::size_t cluster, std::vector<DataFinding>& findings)
      : evidence_(evidence), cluster_(cluster), findings_(findings) {
    const std::string& uuid = evidence.sums.clusters[cluster].source_uuid;
    for (const DayRecord& record : evidence.records) {
      if (record.source_uuid == uuid) records_.emplace(record.day, &record);
    }
    for (const StoredKey& key : evidence.held) {
      if (key.source_uuid != uuid) continue;
      if (!has_days_) first_ = key.day;
      has_days_ = true;
      last_ = key.day;
    }
  }

  void look() {
    for (Day day = evidence_.days.from; day <= evidence_.days.to; day = day.next()) {
      const auto found = evidence_.sums.cluster_days.find({cluster_, day});
      if (found == evidence_.sums.cluster_days.end()) {
        if (has_days_ && first_ < day && day < last_)
          add(day, "missing_day", "no rows, though the sink has earlier and later days of the cluster");
        continue;
      }
      const auto record = records_.find(day);
      if (record == records_.end()) {
        add(day, "no_record", "no receipt says what the day was made of; the next run does it again");
        look_at_nodes(day, found->second);
      } else {
        look_at_record(*record->second, found->second);
      }
    }
    look_for_late_days();
  }

 private:
  void add(Day day, std::string_view kind, std::string text) { findings_.push_back({cluster_, day, kind, std::move(text)}); }

  void look_at_nodes(Day day, const ClusterDay& of_day) {
    if (of_day.nodes_above_capacity.empty()) return;
    add(day, "above_capacity",
        fmt::format("{} nodes used more than they have, e.g. {}", of_day.nodes_above_capacity.size(),
                    as_shown(of_day.nodes_above_capacity.front())));
  }

  void look_at_record(const DayRecord& record, const ClusterDay& of_day) {
    if (record.hours_seen < kHoursOfDay) add(record.day, "missing_hours", fmt::format("{} of 24 hours seen", record.hours_seen));
    if (record.rows != of_day.rows())
      add(record.day, "other_rows", fmt::format("{} rows, where the receipt says {}", of_day.rows(), record.rows));
    // Of rows that joins repeat, sums stand above what a node used.
    const bool tells_nodes = !has_repeated_rows(record, of_day) && !of_day.nodes_above_capacity.empty();
    if (tells_nodes) look_at_nodes(record.day, of_day);
    for (const auto& [name, count] : record.signs) {
      const auto sign = sign_called(name);
      // Each is told once: above, with more words.
      const bool is_told = !sign || (tells_nodes && sign->name == def_of(SanityCheck::kUsageAboveCapacity).name) ||
                           (record.hours_seen < kHoursOfDay && sign->name == def_of(SanityCheck::kMissingHours).name);
      if (!is_told) add(record.day, sign->name, fmt::format("{} {}", count, sign->counts));
    }
    look_for_jumps_to(record);
  }

  // Totals are taken before joins repeat rows (rules 3.2 and 4.2).
  bool has_repeated_rows(const DayRecord& record, const ClusterDay& of_day) {
    constexpr std::size_t kEffectiveCpu = 2;
    constexpr std::size_t kEffectiveMemory = 6;
    static_assert(kTotalNames[kEffectiveCpu] == "effective_usage_cpu_core_seconds");
    static_assert(kTotalNames[kEffectiveMemory] == "effective_usage_memory_byte_seconds");
    const auto percent_above = [](Decimal rows, const std::optional<double>& total, double unit) {
      return total && *total > 0 ? 100 * (approximately(rows) / (*total / unit) - 1) : 0.0;
    };
    const double cpu = percent_above(of_day.effective.cpu, record.totals.values[kEffectiveCpu], kSecondsPerHour);
    const double memory = percent_above(of_day.effective.memory, record.totals.values[kEffectiveMemory], kSecondsPerHour * kBytesPerGib);
    if (std::max(cpu, memory) <= 100 * kTolerance) return false;
    add(record.day, "repeated_rows",
        fmt::format("effective usage stands {:.2f} % (CPU) and {:.2f} % (memory) above what was reported: labels of a node or namespace "
                    "changed within the day, or several cost categories match",
                    std::max(cpu, 0.0), std::max(memory, 0.0)));
    return true;
  }

  void look_for_jumps_to(const DayRecord& record) {
    std::vector<DayTotals> before;
    for (auto earlier = records_.lower_bound({record.day.number - kDaysToCompare}); earlier->first < record.day; ++earlier) {
      if (earlier->second->rows > 0 && !earlier->second->totals.empty()) before.push_back(earlier->second->totals);
    }
    DaySanity sanity;
    look_for_jumps(record.totals, before, sanity);
    const SanityFinding& jump = sanity[SanityCheck::kTotalsJump];
    if (jump.count > 0) add(record.day, "totals_jump", fmt::format("{} totals, e.g. {}", jump.count, jump.example.what));
  }

  // Files of folders carry their modification time; those of buckets tell nothing.
  static std::int64_t newest_file(const DayRecord& record) {
    std::int64_t newest = 0;
    for (const FileFingerprint& file : record.files) {
      constexpr std::size_t kDigitsOfNanoseconds = 19;
      const bool is_time = file.version.size() == kDigitsOfNanoseconds &&
                           file.version.find_first_not_of("0123456789") == std::string::npos && file.version[0] < '9';
      if (is_time) newest = std::max<std::int64_t>(newest, std::stoll(file.version));
    }
    return newest;
  }

  void look_for_late_days() {
    std::int64_t earliest_of_later = 0;  // of the newest files of later days
    for (auto at = records_.rbegin(); at != records_.rend(); ++at) {
      const auto& [day, record] = *at;
      const std::int64_t newest = newest_file(*record);
      if (newest == 0) continue;
      const std::int64_t behind = earliest_of_later == 0 ? 0 : newest - earliest_of_later;
      if (behind > kNanosecondsPerDay && evidence_.days.from <= day && day <= evidence_.days.to)
        add(day, "late", fmt::format("its newest file came {} days after those of a later day", behind / kNanosecondsPerDay));
      earliest_of_later = earliest_of_later == 0 ? newest : std::min(earliest_of_later, newest);
    }
  }

  const Evidence& evidence_;
  std::size_t cluster_;
  std::vector<DataFinding>& findings_;
  std::map<Day, const DayRecord*> records_;
  bool has_days_ = false;
  Day first_;
  Day last_;
};

}  // namespace

std::vector<DataFinding> findings_in(const Evidence& evidence) {
  std::vector<DataFinding> findings;
  for (std::size_t cluster = 0; cluster < evidence.sums.clusters.size(); ++cluster) Investigation(evidence, cluster, findings).look();
  std::stable_sort(findings.begin(), findings.end(), [](const DataFinding& left, const DataFinding& right) {
    return std::tie(left.cluster, left.day) < std::tie(right.cluster, right.day);
  });
  return findings;
}

}  // namespace costmill
