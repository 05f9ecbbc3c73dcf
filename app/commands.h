// One function a subcommand, each in the file of its name. They return the exit code and throw Error.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "arguments.h"
#include "config/config.h"
#include "postgres/target.h"
#include "run/open_reader.h"
#include "sink/sink.h"

namespace costmill::app {

int run(const Arguments& arguments);
int plan(const Arguments& arguments);
int show(const Arguments& arguments);
int compare(const Arguments& arguments);
int sample(const Arguments& arguments);
int init_db(const Arguments& arguments);
int doctor(const Arguments& arguments);
int verify(const Arguments& arguments);
int prune(const Arguments& arguments);
int report(const Arguments& arguments);
int completion(const Arguments& arguments);
// What completion scripts ask, and what `make install` writes; not in --help.
int complete(const Arguments& arguments);
int man_page();

// Settings of the command line, environment and file, with the log started. nullopt: --print-config was answered.
std::optional<Settings> prepare_settings(const Arguments& arguments);

// The Config of run and plan, its URIs checked. nullopt: --print-config was answered.
std::optional<Config> prepare_config(const Arguments& arguments);
// The second half of it.
Config config_of(const Settings& settings, const Arguments& arguments);

// A sink to write, as costmill::open_reader opens one to read.
std::unique_ptr<Sink> open_writer(const std::string& uri, const Settings& settings);

// The Config of init-db and doctor, whatever clusters and input are configured.
Config resolve_for_places(const Settings& settings, const Arguments& arguments);
PostgresTarget database_target(const Config& config, const std::string& uri, PostgresRole role);

}  // namespace costmill::app
