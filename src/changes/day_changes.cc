#include "changes/day_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <map>

namespace costmill {
namespace {

constexpr std::int64_t kMillisecondsPerHour = 3'600'000;
constexpr std::size_t kHoursPerDay = 24;
// Of files; the first ones tell what happened.
constexpr std::size_t kMostReasons = 5;

void compare_files(const std::vector<FileFingerprint>& before, const std::vector<FileFingerprint>& after,
                   std::vector<std::string>& reasons) {
  std::map<std::string_view, const FileFingerprint*> known;
  for (const FileFingerprint& file : before) known[file.path] = &file;
  for (const FileFingerprint& file : after) {
    const auto found = known.find(file.path);
    if (found == known.end()) {
      reasons.push_back(fmt::format("file {} was added", file.path));
      continue;
    }
    if (found->second->table != file.table) {
      reasons.push_back(fmt::format("file {} is read as {}, it was as {}", file.path, file.table, found->second->table));
    } else if (*found->second != file) {
      reasons.push_back(fmt::format("file {} was replaced", file.path));
    }
    known.erase(found);
  }
  for (const auto& [path, file] : known) reasons.push_back(fmt::format("file {} is gone", path));
}

void compare_config(const FiguresConfig& before, const FiguresConfig& after, std::vector<std::string>& reasons) {
  for (const auto& [key, value] : after) {
    const auto found = before.find(key);
    if (found == before.end() || found->second != value)
      reasons.push_back(fmt::format("{} is {}, it was {}", key, value, found == before.end() ? "unknown" : found->second));
  }
}

void compare_reference(const DayRecord& record, const ReferenceData& reference, std::vector<std::string>& reasons) {
  const ReferenceDigests digests = digests_within(record.reference_scope, reference);
  if (digests.enabled_keys != record.reference.enabled_keys) reasons.emplace_back("other keys of its labels are enabled");
  if (digests.node_roles != record.reference.node_roles) reasons.emplace_back("the roles of its nodes changed in reporting_ocp_nodes");
  if (record.reference_scope.cost_categories && digests.cost_categories != record.reference.cost_categories)
    reasons.emplace_back("reporting_ocp_cost_category_namespace changed");
}

void shorten(std::vector<std::string>& reasons) {
  if (reasons.size() <= kMostReasons) return;
  const std::size_t more = reasons.size() - kMostReasons;
  reasons.resize(kMostReasons);
  reasons.push_back(fmt::format("and {} more", more));
}

// Between its first and its last row, a row group is taken to have every hour.
std::optional<int> hours_by_statistics(const MonthPlan& plan, Day day) {
  std::bitset<kHoursPerDay> hours;
  for (const DayGroup& group : plan.groups) {
    for (const PlannedRowGroup& row_group : group.row_groups) {
      if (!plan.files[row_group.file].use.capacity || !row_group.may_hold(day)) continue;
      if (!row_group.times) return std::nullopt;
      const std::int64_t midnight_ms = static_cast<std::int64_t>(day.number) * kMillisecondsPerDay;
      const auto hour_of = [&](std::int64_t ms) {
        return static_cast<std::size_t>(std::clamp<std::int64_t>(ms - midnight_ms, 0, kMillisecondsPerDay - 1) / kMillisecondsPerHour);
      };
      for (std::size_t hour = hour_of(row_group.times->first_ms); hour <= hour_of(row_group.times->last_ms); ++hour) hours.set(hour);
    }
  }
  return static_cast<int>(hours.count());
}

class Comparison {
 public:
  Comparison(const MonthPlan& plan, const RecordedDays& recorded, const FiguresConfig& config, const ReferenceData& reference)
      : plan_(plan), recorded_(recorded), config_(config), reference_(reference) {
    for (const DayRecord& record : recorded.records) records_[record.day] = &record;
  }

  std::optional<DayChange> change_of(Day day) const {
    const auto found = records_.find(day);
    const DayRecord* const record = found == records_.end() ? nullptr : found->second;
    const bool is_unsure = recorded_.unsure.contains(day);
    const std::vector<FileFingerprint> files = fingerprints_of(plan_, day);
    DayChange change{.day = day};
    if (const auto refused = plan_.refused.find(day); refused != plan_.refused.end()) {
      change.state = DayState::kUnreadable;
      change.reasons.emplace_back(refused->second.what());
      return change;
    }
    if (files.empty()) {
      if (!is_unsure && (record == nullptr || record->rows == 0)) return std::nullopt;
      change.state = DayState::kGone;
      return change;
    }
    if (record == nullptr && !is_unsure) {
      change.state = DayState::kNew;
    } else {
      change.reasons = record == nullptr ? std::vector<std::string>{"its rows in the sink are not those that a run recorded"}
                                         : reasons_to_redo(*record, files);
      change.state = change.reasons.empty() ? DayState::kUnchanged : DayState::kChanged;
    }
    change.hours_seen = change.state == DayState::kUnchanged ? record->hours_seen : hours_by_statistics(plan_, day);
    const bool sink_has_later = !records_.empty() && day < records_.rbegin()->first;
    change.late = change.state != DayState::kUnchanged && sink_has_later;
    return change;
  }

 private:
  std::vector<std::string> reasons_to_redo(const DayRecord& record, const std::vector<FileFingerprint>& files) const {
    std::vector<std::string> reasons;
    if (record.files != files) compare_files(record.files, files, reasons);
    shorten(reasons);
    compare_config(record.config, config_, reasons);
    compare_reference(record, reference_, reasons);
    return reasons;
  }

  const MonthPlan& plan_;
  const RecordedDays& recorded_;
  const FiguresConfig& config_;
  const ReferenceData& reference_;
  std::map<Day, const DayRecord*> records_;
};

}  // namespace

std::string_view name_of(DayState state) {
  switch (state) {
    case DayState::kNew: return "new";
    case DayState::kChanged: return "changed";
    case DayState::kUnchanged: return "unchanged";
    case DayState::kGone: return "gone";
    case DayState::kUnreadable: break;
  }
  return "unreadable";
}

std::vector<FileFingerprint> fingerprints_of(const MonthPlan& plan, Day day) {
  std::vector<FileFingerprint> fingerprints;
  for (const PlannedFile* file : plan.files_of(day))
    fingerprints.push_back({file->file.path, std::string(name_of(file->table)), file->file.bytes, file->file.version});
  return fingerprints;
}

std::vector<DayChange> day_changes(const MonthPlan& plan, const RecordedDays& recorded, const FiguresConfig& config,
                                   const ReferenceData& reference) {
  const Comparison comparison(plan, recorded, config, reference);
  std::vector<DayChange> changes;
  for (Day day = plan.piece.days.from; day <= plan.piece.days.to; day = day.next()) {
    if (auto change = comparison.change_of(day)) changes.push_back(std::move(*change));
  }
  return changes;
}

}  // namespace costmill
