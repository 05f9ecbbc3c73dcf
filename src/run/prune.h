// What is no longer wanted goes from a sink: whole clusters, or months that are old.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "sink/sink.h"

namespace costmill {

struct PruneSelection {
  std::optional<std::string> source_uuid;  // nullopt: every cluster
  std::optional<Month> before;             // nullopt: every month; else those before this one
};

// Days with rows or a record, sorted.
std::vector<StoredKey> days_to_prune(SinkReader& reader, const PruneSelection& selection);

// Removes them, each in a transaction where the sink has any. Error(kCancelled) between two days.
void prune(Sink& sink, const std::vector<StoredKey>& days, const std::atomic<bool>& cancelled);

}  // namespace costmill
