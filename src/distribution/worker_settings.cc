#include "distribution/worker_settings.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/resolve.h"
#include "config/s3.h"
#include "config/secrets.h"
#include "costmill/error.h"
#include "postgres/target.h"

namespace costmill {
namespace {

using Json = nlohmann::ordered_json;

// Config files fill in ${VARIABLES}; what is resolved must not be filled in again.
std::string escaped(std::string text) {
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3)) text.insert(at, "$");
  return text;
}

std::string absolute_uri(const std::string& uri) {
  constexpr std::string_view kSchemes[] = {"file:", "csv:", "parquet:", "sqlite:"};
  for (const std::string_view scheme : kSchemes) {
    if (!uri.starts_with(scheme)) continue;
    return fmt::format("{}{}", scheme, std::filesystem::absolute(uri.substr(scheme.size())).lexically_normal().string());
  }
  return uri;
}

void require_no_password(const char* key, const std::string& uri) {
  if (!holds_password(uri)) return;
  throw Error(ErrorCode::kBadConfig, fmt::format("{}: the URI holds a password, and passwords are not sent to workers; take it out, and "
                                                 "give the workers PGPASSWORD or a ~/.pgpass (docs/scaling.md)",
                                                 key));
}

void require_possible(const Config& config) {
  const bool commits_itself = is_postgres_uri(config.run.sink);
  if (commits_itself && config.run.strict) {
    throw Error(ErrorCode::kBadConfig,
                "run.strict judges days in order before they are committed, but workers commit to PostgreSQL in any order; run with "
                "run.engine: local, or into another sink");
  }
  if (commits_itself && !config.performance.incremental_db_writes) {
    throw Error(ErrorCode::kBadConfig,
                "performance.incremental_db_writes: false is one transaction of one process; run with run.engine: local, or let each day "
                "be one");
  }
}

// Of the client alone, or told in each task.
bool stays_here(const KeyDef& def) {
  const std::string dotted = def.dotted();
  return def.secrecy == Secrecy::kSecret || def.effect == Effect::kNone || def.section == "ocp" || dotted == "run.engine" ||
         dotted == "run.keep_going" || dotted == "run.watch" || dotted == "run.progress" || dotted == "run.update_nodes" ||
         dotted == "run.strict" || dotted == "performance.max_workers" || dotted == "performance.memory_limit";
}

bool is_secret_variable(std::string_view name) {
  for (const KeyDef& def : all_keys()) {
    if (def.secrecy == Secrecy::kSecret && def.variable_name() == name) return true;
  }
  return false;
}

}  // namespace

std::string settings_for_workers(const Settings& settings, const Config& config) {
  require_possible(config);
  Json json = Json::object();
  for (const auto& [dotted, setting] : settings.values.all()) {
    const KeyDef& def = key(dotted);
    if (stays_here(def) || !setting.missing_variable.empty()) continue;
    Json& value = json[std::string(def.section)][std::string(def.name)];
    if (def.type == KeyType::kTextList) {
      value = Json::array();
      for (const std::string& item : setting.items) value.push_back(escaped(item));
    } else {
      value = escaped(setting.text);
    }
  }
  const std::pair<const char*, std::string> uris[] = {
      {"input", config.run.input}, {"sink", config.run.sink}, {"reference", config.run.reference.value_or("")}};
  for (const auto& [name, uri] : uris) {
    require_no_password(name, uri);
    if (!uri.empty()) json["run"][name] = escaped(absolute_uri(uri));
  }
  if (is_s3_uri(config.run.input)) {
    json["s3"]["endpoint"] = config.s3.endpoint;
    json["s3"]["region"] = config.s3.region;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Config config_of_worker(const std::string& settings) {
  Environment environment = process_environment();
  std::erase_if(environment,
                [](const auto& variable) { return variable.first.starts_with(kVariablePrefix) && !is_secret_variable(variable.first); });
  CommandLine command_line;
  command_line.is_public = false;
  command_line.config_text = settings;
  const Settings loaded = load_settings(command_line, environment);
  Config config = resolve(loaded, command_line, environment);
  if (is_s3_uri(config.run.input)) config.s3 = resolve_s3(loaded, environment);
  return config;
}

}  // namespace costmill
