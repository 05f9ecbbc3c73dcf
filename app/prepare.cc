#include <fmt/format.h>

#include "commands.h"
#include "config/print_config.h"
#include "config/resolve.h"
#include "config/s3.h"
#include "logging.h"
#include "run/postgres_settings.h"
#include "terminal.h"

namespace costmill::app {

std::optional<Settings> prepare_settings(const Arguments& arguments) {
  Settings settings = load_settings(arguments.config, process_environment());
  if (arguments.print_config) {
    say(stdout, "{}", Ready{printed_config(settings, arguments.config)});
    return std::nullopt;
  }
  start_logging(resolve_logging(settings));
  return settings;
}

Config config_of(const Settings& settings, const Arguments& arguments) {
  Config config = resolve(settings, arguments.config, process_environment());
  log_remarks(config);
  check_uris(config);
  if (is_s3_uri(config.run.input)) config.s3 = resolve_s3(settings, process_environment());
  return config;
}

std::optional<Config> prepare_config(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  return settings ? std::optional(config_of(*settings, arguments)) : std::nullopt;
}

std::unique_ptr<Sink> open_writer(const std::string& uri, const Settings& settings) {
  if (!is_postgres_uri(uri)) return open_sink(uri, {});
  return open_sink(uri, {.postgres = {.settings = postgres_settings(resolve_postgres(settings))}});
}

Config resolve_for_places(const Settings& settings, const Arguments& arguments) {
  CommandLine command_line = arguments.config;
  command_line.cluster = "all";
  Config config = resolve(settings, command_line, process_environment());
  log_remarks(config);
  return config;
}

PostgresTarget database_target(const Config& config, const std::string& uri, PostgresRole role) {
  return postgres_target(uri, postgres_settings(config.postgres), role);
}

}  // namespace costmill::app
