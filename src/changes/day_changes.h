// What is new or changed: the plan of a month against what the sink recorded. docs/incremental.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "reference/reference_data.h"
#include "sink/day_record.h"

namespace costmill {

enum class DayState {
  kNew,
  kChanged,
  kUnchanged,
  kGone,        // the sink has the day, the input does not
  kUnreadable,  // a file that cannot be read may belong to it
};
std::string_view name_of(DayState state);

struct DayChange {
  Day day;
  DayState state = DayState::kNew;
  std::vector<std::string> reasons;  // of kChanged and kUnreadable, for people
  bool late = false;                 // new or changed, though the sink has a later day
  std::optional<int> hours_seen;     // of the day's 24, in the hourly pods; by statistics where the day is not done yet

  bool is_to_be_done() const { return state == DayState::kNew || state == DayState::kChanged || state == DayState::kUnreadable; }
};

std::vector<FileFingerprint> fingerprints_of(const MonthPlan& plan, Day day);

// Days that neither the input nor the sink has are not in it. Oldest first.
std::vector<DayChange> day_changes(const MonthPlan& plan, const RecordedDays& recorded, const FiguresConfig& config,
                                   const ReferenceData& reference);

}  // namespace costmill
