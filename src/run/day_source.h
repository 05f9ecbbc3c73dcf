// Finished days of one cluster and month, in order: the seam between a run and who does its work.
#pragma once

#include <atomic>
#include <bitset>
#include <functional>
#include <memory>
#include <optional>

#include "costmill/error.h"
#include "memory/memory.h"
#include "reference/reference_data.h"
#include "sink/sink.h"
#include "summary/fold.h"

namespace costmill {

// A day is finished rows, or the reason why there are none.
struct DayOutcome {
  Day day;
  std::unique_ptr<EncodedDay> encoded;  // null: nothing is to be written
  FanOuts fan_outs;
  std::uint64_t input_rows = 0;
  ReferenceScope reference_scope;
  std::bitset<24> hours;  // that the hourly pods have
  DaySanity sanity;
  DayTotals totals;
  double encoding_seconds = 0;
  std::optional<Error> refusal;
  std::unique_ptr<MemoryShare> memory;  // what the rows hold
};

struct MonthRunFigures {
  std::uint64_t rows_folded = 0;
  std::int64_t bytes_fetched = 0;  // elsewhere than through the run's own store
  double reading_seconds = 0;
  double aggregation_seconds = 0;
  double finishing_seconds = 0;  // of them: merging, and making rows
  double encoding_seconds = 0;
};

// What a run does for a month from the threads of whoever works.
struct DayHooks {
  std::function<std::shared_ptr<const ReferenceData>()> reference;
  std::function<std::unique_ptr<EncodedDay>(std::shared_ptr<const DayRows>)> encode;
  std::function<void(std::uint64_t rows)> on_rows_folded;
  // What days before have taught about labels, of `reference`; nobody else uses it meanwhile.
  std::shared_ptr<LabelMaps> labels;
  // Where it is set, tables are handed over instead of being finished into rows; outcomes hold refusals only.
  std::function<void(Fold&&)> take_fold;
};

class DaySource {
 public:
  virtual ~DaySource() = default;

  // Calls `deliver` for every day of the month's piece that the plan does not leave out, oldest first, from the calling thread; it returns
  // false to stop. Throws what is no matter of one day (a bug), and Error(kCancelled).
  virtual void deliver_days(const std::function<bool(DayOutcome&&)>& deliver, const std::atomic<bool>& cancelled) = 0;

  // After deliver_days.
  virtual MonthRunFigures figures() const = 0;
};

}  // namespace costmill
