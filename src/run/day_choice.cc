#include "run/day_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace costmill {
namespace {

std::set<Day> days_of(const DateRange& days) {
  std::set<Day> all;
  for (Day day = days.from; day <= days.to; day = day.next()) all.insert(day);
  return all;
}

std::string described(const DayChange& change) {
  return fmt::format("{} is done again{}: {}", to_string(change.day), change.late ? ", late" : "", fmt::join(change.reasons, "; "));
}

std::string warning_of_gone(const ClusterIdentity& cluster, const std::deque<Day>& gone) {
  std::vector<std::string> days;
  for (const Day day : gone) days.push_back(to_string(day));
  return fmt::format("the input of cluster {} has no rows of {} any more: what the sink has of them stays; --prune removes it",
                     cluster.source_uuid, fmt::join(days, ", "));
}

}  // namespace

ChooseDays choose_new_days(const Config& config, const RunEvents& events) {
  return [&config, &events](const ClusterIdentity& cluster, const MonthPlan& plan, const std::vector<DayChange>& changes) {
    DayChoice choice;
    if (config.run.full) {
      choice.to_do = days_of(plan.piece.days);
      return choice;
    }
    for (const DayChange& change : changes) {
      if (change.is_to_be_done()) choice.to_do.insert(change.day);
      if (change.state == DayState::kUnchanged) ++choice.unchanged;
      if (change.state == DayState::kGone) choice.to_remove.push_back(change.day);
      if (change.state == DayState::kChanged) events.message(Severity::kInfo, described(change));
    }
    if (!config.run.prune && !choice.to_remove.empty()) {
      events.message(Severity::kWarning, warning_of_gone(cluster, choice.to_remove));
      choice.to_remove.clear();
    }
    return choice;
  };
}

}  // namespace costmill
