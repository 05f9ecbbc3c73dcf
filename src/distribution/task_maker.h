// From the plan of a month to tasks.
#pragma once

#include <string>

#include "config/config.h"
#include "distribution/distributed_run.h"
#include "run/day_choice.h"

namespace costmill {

class TaskMaker {
 public:
  TaskMaker(std::string settings, std::string staging, const Config& config)
      : settings_(std::move(settings)), staging_(std::move(staging)), config_(config) {}

  // Cut into parts where it has more than performance.task_rows.
  Submission submission_of(const MonthWork& work, const DayGroup& group, const std::string& reference) const;

 private:
  std::string settings_;
  std::string staging_;
  const Config& config_;
};

}  // namespace costmill
