// What the folded tables of a day tell about its data: signs of bad ones, and the totals. docs/sanity.md.
#pragma once

#include "sanity/day_sanity.h"
#include "sanity/day_totals.h"
#include "summary/capacity.h"
#include "summary/pods.h"
#include "summary/storage.h"

namespace costmill {

struct DayChecks {
  DaySanity sanity;
  DayTotals totals;
};

DayChecks check_day(const PodTable& pods, const CapacityTable& hourly, const DayCapacity& capacity, const StorageTable& storage,
                    const Texts& texts);

}  // namespace costmill
