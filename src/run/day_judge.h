// Judges finished days by the signs of bad data in them, in order of day: a warning each, or a refusal under run.strict.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "changes/day_changes.h"
#include "config/config.h"
#include "run/month_run.h"
#include "run/run.h"

namespace costmill {

// What is known of other days of a cluster: from records, from footers, and from days that this run has done.
struct DayHistory {
  std::set<Day> with_rows;
  std::map<Day, DayTotals> totals;

  void add_records(const RecordedDays& recorded);
  void add_plan(const std::vector<DayChange>& changes);
};

// Where a sign was seen, with the file's name.
std::string in_words(const MonthPlan& plan, const SanityExample& example);

// So many days before a day are looked at.
inline constexpr int kDaysOfHistory = 7;

class DayJudge {
 public:
  DayJudge(bool strict, const RunEvents& events) : strict_(strict), events_(events) {}

  // Of a day with rows. The refusal, under run.strict; else the day joins the history.
  std::optional<Error> judge(const MonthPlan& plan, const DayOutcome& day, DayHistory& history);
  const SanityReport& report() const { return report_; }

 private:
  bool strict_;
  const RunEvents& events_;
  SanityReport report_;
};

// Hours of the cluster without rows: those between others; those before and after them where an earlier, or a later, day has rows.
void look_for_missing_hours(Day day, const std::bitset<24>& hours, const std::set<Day>& days_with_rows, DaySanity& sanity);

}  // namespace costmill
