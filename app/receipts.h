// The records of days, for people and as JSON.
#pragma once

#include <optional>
#include <vector>

#include "arguments.h"
#include "config/window.h"
#include "sink/sink.h"

namespace costmill::app {

std::vector<DayRecord> receipts_of(SinkReader& reader, const std::optional<Window>& window);

// JSON has all of each record, the tables what fits a line.
void print_receipts(const std::vector<DayRecord>& receipts, const Arguments& arguments);

}  // namespace costmill::app
