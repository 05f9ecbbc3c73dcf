// Settings become the Config of a run.
#pragma once

#include <string>

#include "config/config.h"
#include "config/load.h"

namespace costmill {

struct ResolvedUri {
  std::string uri;  // empty: not configured
  std::string origin;
};

// For commands that need only these. Throw Error(kBadConfig).
LoggingConfig resolve_logging(const Settings& settings);
MetricsConfig resolve_metrics(const Settings& settings);
ResolvedUri resolve_input(const Settings& settings);  // run.input, else s3.bucket
ResolvedUri resolve_sink(const Settings& settings);   // run.sink, else the postgresql section, else sqlite:costmill.db
// What a postgresql:// URI does not say. Only for commands that have such a URI: others need not set its variables.
PostgresConfig resolve_postgres(const Settings& settings);

// Everything but the section s3, which only those who open a bucket need (resolve_s3). The URIs are as configured: check_uris tells whether
// this version can work with them.
Config resolve(const Settings& settings, const CommandLine& command_line, const Environment& environment);

// Throws Error(kBadConfig) that names the schemes this version has.
void check_uris(const Config& config);
// The same for a sink's URI that is to be read; `origin` for messages.
void check_sink_uri(const std::string& uri, const std::string& origin);

}  // namespace costmill
