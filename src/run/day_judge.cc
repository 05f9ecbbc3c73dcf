#include "run/day_judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace costmill {
namespace {

std::string described(const MonthPlan& plan, SanityCheck check, const SanityFinding& finding) {
  return fmt::format("{}: {} {}, e.g. {}", def_of(check).name, finding.count, def_of(check).counts, in_words(plan, finding.example));
}

}  // namespace

std::string in_words(const MonthPlan& plan, const SanityExample& example) {
  if (example.file >= plan.files.size()) return example.what;
  return fmt::format("{}, row {}, {}", plan.files[example.file].file.path, example.row + 1, example.what);
}

void DayHistory::add_records(const RecordedDays& recorded) {
  for (const DayRecord& record : recorded.records) {
    if (record.rows == 0) continue;
    with_rows.insert(record.day);
    if (!record.totals.empty()) totals[record.day] = record.totals;
  }
}

void DayHistory::add_plan(const std::vector<DayChange>& changes) {
  for (const DayChange& change : changes) {
    if (change.state != DayState::kGone) with_rows.insert(change.day);
  }
}

void look_for_missing_hours(Day day, const std::bitset<24>& hours, const std::set<Day>& days_with_rows, DaySanity& sanity) {
  const bool has_earlier = !days_with_rows.empty() && *days_with_rows.begin() < day;
  const bool has_later = !days_with_rows.empty() && day < *days_with_rows.rbegin();
  std::size_t first = 0;
  std::size_t end = hours.size();
  if (hours.any()) {
    while (!has_earlier && !hours[first]) ++first;
    while (!has_later && !hours[end - 1]) --end;
  }
  for (std::size_t hour = first; hour < end; ++hour) {
    if (!hours[hour]) sanity.add(SanityCheck::kMissingHours, fmt::format("the cluster, hour {:02}", hour));
  }
}

std::optional<Error> DayJudge::judge(const MonthPlan& plan, const DayOutcome& day, DayHistory& history) {
  DaySanity sanity = day.sanity;
  if (const auto signs = plan.signs.find(day.day); signs != plan.signs.end()) sanity.merge(signs->second);
  const bool has_pods = day.totals.values[0].has_value();  // usage
  if (has_pods) look_for_missing_hours(day.day, day.hours, history.with_rows, sanity);
  std::vector<DayTotals> before;
  const auto begin = history.totals.lower_bound(Day{day.day.number - kDaysOfHistory});
  for (auto known = begin; known != history.totals.end() && known->first < day.day; ++known) before.push_back(known->second);
  look_for_jumps(day.totals, before, sanity);

  std::vector<std::string> found;
  std::string next;
  for (std::size_t i = 0; i < kSanityChecks; ++i) {
    const auto check = static_cast<SanityCheck>(i);
    if (sanity[check].count == 0) continue;
    report_.counts[i] += sanity[check].count;
    const std::string what = described(plan, check, sanity[check]);
    if (found.empty()) next = def_of(check).next;
    found.push_back(what);
    if (!strict_) events_.message(Severity::kWarning, fmt::format("{}: {}; {}", to_string(day.day), what, def_of(check).next));
  }
  if (!found.empty()) ++report_.days;
  if (strict_ && !found.empty()) {
    return Error(ErrorCode::kBadInput,
                 fmt::format("{}: run.strict refuses the day: {}; nothing of this day was written; {}, or run without run.strict",
                             to_string(day.day), fmt::join(found, "; "), next),
                 {.day = to_string(day.day)});
  }
  history.with_rows.insert(day.day);
  history.totals[day.day] = day.totals;
  return std::nullopt;
}

}  // namespace costmill
