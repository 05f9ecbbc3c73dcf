#include "run/prune.h"

#include <set>

#include "costmill/error.h"

namespace costmill {

std::vector<StoredKey> days_to_prune(SinkReader& reader, const PruneSelection& selection) {
  std::set<StoredKey> days;
  const auto add = [&](const StoredKey& key) {
    if (selection.source_uuid && key.source_uuid != *selection.source_uuid) return;
    if (selection.before && month_of(key.day) >= *selection.before) return;
    days.insert(key);
  };
  for (const StoredKey& key : reader.days()) add(key);
  for (const DayRecord& record : reader.records()) add(record.key());
  return {days.begin(), days.end()};
}

void prune(Sink& sink, const std::vector<StoredKey>& days, const std::atomic<bool>& cancelled) {
  for (const StoredKey& key : days) {
    if (cancelled) throw Error(ErrorCode::kCancelled, "stopped by a signal; days removed so far are gone, the others are untouched");
    sink.remove_day(key);
  }
  sink.finish();
}

}  // namespace costmill
