// The log on stderr: lines for people, or JSON lines. The library itself never logs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "config/config.h"
#include "costmill/error.h"
#include "run/run.h"

namespace costmill::app {

// Sets spdlog's default logger.
void start_logging(const LoggingConfig& logging);
// Whether everything on stderr is to be a line of JSON.
bool logs_json();

// What loading the config had to say.
void log_remarks(const Config& config);

// A line that JSON gives further fields, by the names of docs/operations.md; people read the message alone.
using LogFields = nlohmann::ordered_json;
void log_event(Severity severity, const std::string& message, const LogFields& fields);

// Why the program ends.
void log_failure(const Error& error);

}  // namespace costmill::app
