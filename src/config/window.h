// Which days: --month or --from/--to, else the dates, else year and month of the config.
#pragma once

#include <optional>
#include <string>

#include "config/config.h"
#include "config/load.h"

namespace costmill {

struct Window {
  DateRange days;
  std::string origin;  // for messages
};

// nullopt: nothing is set. Throws Error(kBadConfig): only half a window, dates outside year/month, first day after the last.
std::optional<Window> resolve_window(const CommandLine& command_line, const SettingSet& cluster);

}  // namespace costmill
