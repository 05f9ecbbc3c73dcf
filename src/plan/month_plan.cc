#include <algorithm>

#include "plan/plan.h"

namespace costmill {

std::vector<const PlannedFile*> MonthPlan::files_of(Day day) const {
  std::set<std::uint32_t> numbers;
  for (const DayGroup& group : groups) {
    if (day < group.days.from || group.days.to < day) continue;
    for (const PlannedRowGroup& row_group : group.row_groups) {
      if (row_group.may_hold(day)) numbers.insert(row_group.file);
    }
  }
  std::vector<const PlannedFile*> of_day;
  for (const std::uint32_t number : numbers) of_day.push_back(&files[number]);
  std::sort(of_day.begin(), of_day.end(), [](const PlannedFile* a, const PlannedFile* b) { return a->file.path < b->file.path; });
  return of_day;
}

DayWork MonthPlan::work_of(Day day) const {
  DayWork work{.files = files_of(day).size()};
  for (const DayGroup& group : groups) {
    for (const PlannedRowGroup& row_group : group.row_groups) {
      if (!row_group.may_hold(day)) continue;
      ++work.row_groups;
      work.rows += row_group.rows;
      work.compressed_bytes += row_group.compressed_bytes;
    }
  }
  return work;
}

void MonthPlan::keep(const std::set<Day>& days) {
  for (Day day = piece.days.from; day <= piece.days.to; day = day.next()) {
    if (!days.contains(day)) left_out.insert(day);
  }
  const auto holds_nothing = [&](const PlannedRowGroup& row_group) {
    const auto first = days.lower_bound(row_group.days.first);
    return first == days.end() || row_group.days.last < *first;
  };
  std::set<std::uint32_t> read;
  for (DayGroup& group : groups) {
    std::erase_if(group.row_groups, holds_nothing);
    for (const PlannedRowGroup& row_group : group.row_groups) read.insert(row_group.file);
  }
  for (std::uint32_t number = 0; number < files.size(); ++number) {
    if (!read.contains(number)) files[number].content.reset();
  }
}

}  // namespace costmill
