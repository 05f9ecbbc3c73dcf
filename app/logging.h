// The log on stderr: lines for people, or JSON lines. The library itself never logs.
#pragma once

#include "config/config.h"

namespace costmill::app {

// Sets spdlog's default logger.
void start_logging(const LoggingConfig& logging);

// What loading the config had to say.
void log_remarks(const Config& config);

}  // namespace costmill::app
