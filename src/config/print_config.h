// --print-config: every key as YAML, each with its origin as a comment, secrets masked.
#pragma once

#include <string>

#include "config/load.h"
#include "config/settings.h"

namespace costmill {

std::string printed_config(const Settings& settings, const CommandLine& command_line);

}  // namespace costmill
