// The record of a finished day.
#pragma once

#include "changes/figures_config.h"
#include "plan/plan.h"
#include "run/day_source.h"
#include "sink/day_record.h"

namespace costmill {

// Of an outcome that is encoded.
DayRecord record_of(const MonthPlan& plan, const ClusterIdentity& cluster, const FiguresConfig& figures, const ReferenceData& reference,
                    const DayOutcome& outcome);

}  // namespace costmill
