#include <fmt/format.h>

#include "commands.h"
#include "config/print_config.h"
#include "config/resolve.h"
#include "logging.h"
#include "run/postgres_settings.h"

namespace costmill::app {

std::optional<Settings> prepare_settings(const Arguments& arguments) {
  Settings settings = load_settings(arguments.config, process_environment());
  if (arguments.print_config) {
    fmt::print("{}", printed_config(settings, arguments.config));
    return std::nullopt;
  }
  start_logging(resolve_logging(settings));
  return settings;
}

std::optional<Config> prepare_config(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return std::nullopt;
  Config config = resolve(*settings, arguments.config, process_environment());
  log_remarks(config);
  check_uris(config);
  return config;
}

std::unique_ptr<SinkReader> open_reader(const std::string& uri, const Settings& settings) {
  if (!is_postgres_uri(uri)) return open_sink_reader(uri);
  return open_sink_reader(uri, postgres_settings(resolve_postgres(settings)));
}

std::optional<Config> prepare_database_config(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return std::nullopt;
  CommandLine command_line = arguments.config;
  command_line.cluster = "all";
  Config config = resolve(*settings, command_line, process_environment());
  log_remarks(config);
  return config;
}

PostgresTarget database_target(const Config& config, const std::string& uri, PostgresRole role) {
  return postgres_target(uri, postgres_settings(config.postgres), role);
}

}  // namespace costmill::app
