#include "distribution/task_maker.h"

#include <algorithm>
#include <bit>
#include <map>

#include "costmill/version.h"

namespace costmill {
namespace {

// The plan of one group of days, with the files that it needs and no others.
MonthPlan plan_of_group(const MonthPlan& plan, const DayGroup& group) {
  MonthPlan part;
  part.piece = {plan.piece.month, group.days};
  for (const Day day : plan.left_out) {
    if (group.days.from <= day && day <= group.days.to) part.left_out.insert(day);
  }
  // Days that are refused are not asked for.
  for (const auto& [day, error] : plan.refused) {
    if (group.days.from <= day && day <= group.days.to) part.left_out.insert(day);
  }
  std::map<std::uint32_t, std::uint32_t> numbers;
  DayGroup mapped{group.days, {}};
  for (PlannedRowGroup row_group : group.row_groups) {
    const auto [number, added] = numbers.try_emplace(row_group.file, static_cast<std::uint32_t>(part.files.size()));
    if (added) {
      PlannedFile file = plan.files[row_group.file];
      file.metadata.reset();
      file.content.reset();
      part.files.push_back(std::move(file));
    }
    row_group.file = number->second;
    mapped.row_groups.push_back(row_group);
  }
  part.groups.push_back(std::move(mapped));
  return part;
}

// What folding a row group costs. Hourly rows fall into the intervals of few nodes; others are looked up among all groups.
std::int64_t cost_of(const PlannedRowGroup& row_group, const PlannedFile& file) {
  constexpr std::int64_t kHourlyRowsAnOther = 40;  // measured, docs/scaling.md
  const TableUse only_capacity{.capacity = true};
  return row_group.rows * (file.use == only_capacity ? 1 : kHourlyRowsAnOther);
}

// In stretches of about the same cost, in the order of the row groups: as many as it takes for each to have no more than `most_rows` on
// average, and a power of two, so that they share out over workers.
std::vector<std::vector<PlannedRowGroup>> cut(const MonthPlan& plan, std::int64_t rows, std::int64_t most_rows) {
  const std::vector<PlannedRowGroup>& row_groups = plan.groups.front().row_groups;
  const auto parts = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>((rows + most_rows - 1) / most_rows)));
  std::int64_t cost = 0;
  for (const PlannedRowGroup& row_group : row_groups) cost += cost_of(row_group, plan.files[row_group.file]);
  std::vector<std::vector<PlannedRowGroup>> cut(1);
  std::int64_t done = 0;
  for (const PlannedRowGroup& row_group : row_groups) {
    if (!cut.back().empty() && done >= cost / parts * static_cast<std::int64_t>(cut.size())) cut.emplace_back();
    cut.back().push_back(row_group);
    done += cost_of(row_group, plan.files[row_group.file]);
  }
  return cut;
}

Submission submission_of(const DayTask& task) {
  std::string json = to_json(task);
  return {task.key(json), std::move(json), task.rows(), {}};
}

}  // namespace

Submission TaskMaker::submission_of(const MonthWork& work, const DayGroup& group, const std::string& reference) const {
  DayTask task{.version = kVersion,
               .settings = settings_,
               .reference = reference,
               .staging = staging_,
               .cluster = work.cluster,
               .plan = plan_of_group(work.plan, group),
               .write_empty_days = config_.run.full,
               .share = DayTask::Share::kWhole};
  if (task.rows() <= config_.performance.task_rows) return costmill::submission_of(task);
  const auto parts = cut(task.plan, task.rows(), config_.performance.task_rows);
  if (parts.size() < 2) return costmill::submission_of(task);
  task.share = DayTask::Share::kFinish;
  Submission whole = costmill::submission_of(task);
  for (const auto& row_groups : parts) {
    DayTask part = task;
    part.staging.clear();
    part.share = DayTask::Share::kPart;
    DayGroup& group_of_part = part.plan.groups.front();
    group_of_part.row_groups = row_groups;
    for (const PlannedRowGroup& row_group : task.plan.groups.front().row_groups) {
      const bool is_here = std::find_if(row_groups.begin(), row_groups.end(), [&](const PlannedRowGroup& own) {
                             return own.file == row_group.file && own.row_group == row_group.row_group;
                           }) != row_groups.end();
      if (task.plan.files[row_group.file].use.storage && !is_here) group_of_part.storage_elsewhere.push_back(row_group);
    }
    whole.parts.push_back(costmill::submission_of(part));
  }
  return whole;
}

}  // namespace costmill
