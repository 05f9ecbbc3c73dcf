// What speaks against the figures of a report, told from rows and records.
#pragma once

#include <string>
#include <vector>

#include "report/month_sums.h"
#include "sink/day_record.h"

namespace costmill {

struct DataFinding {
  std::size_t cluster = 0;
  Day day;
  std::string_view kind;  // stable, for scripts
  std::string text;
};

struct Evidence {
  const MonthSums& sums;
  DateRange days;
  std::vector<StoredKey> held;     // all days with rows in the sink, sorted; also those outside of `days`
  std::vector<DayRecord> records;  // all of the sink, sorted
};

// Sorted by cluster and day.
std::vector<DataFinding> findings_in(const Evidence& evidence);

}  // namespace costmill
