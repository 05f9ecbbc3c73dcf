#include "config/load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "config/nearest.h"
#include "config/secrets.h"
#include "config/values.h"
#include "config/yaml_file.h"
#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

std::vector<std::string> dotted_keys() {
  std::vector<std::string> dotted;
  for (const KeyDef& def : all_keys()) dotted.push_back(def.dotted());
  return dotted;
}

std::vector<std::string> variable_names() {
  std::vector<std::string> names;
  for (const KeyDef& def : all_keys()) names.push_back(def.variable_name());
  return names;
}

// For a word without a section, the keys themselves are the candidates.
std::string key_suggestion(std::string_view name) {
  if (name.find('.') != std::string_view::npos) return suggestion(name, dotted_keys());
  std::vector<std::string> names;
  for (const KeyDef& def : all_keys()) names.emplace_back(def.name);
  const auto meant = nearest(name, names);
  return meant ? fmt::format("; did you mean '{}'?", keys_named(*meant).front()->dotted()) : std::string();
}

const KeyDef& key_meant_by(std::string_view name) {
  if (const KeyDef* def = find_key(name)) return *def;
  const auto named = keys_named(name);
  if (named.size() == 1) return *named.front();
  if (named.empty()) throw Error(ErrorCode::kBadConfig, fmt::format("--set: unknown key {}{}", as_shown(name), key_suggestion(name)));
  std::vector<std::string> candidates;
  for (const KeyDef* def : named) candidates.push_back(def->dotted());
  throw Error(ErrorCode::kBadConfig,
              fmt::format("--set: '{}' is the name of several keys: {}; write which", name, fmt::join(candidates, ", ")));
}

Setting setting_of(const KeyDef& def, const std::string& text, Origin origin) {
  Setting setting{.text = text, .origin = std::move(origin)};
  if (def.type == KeyType::kTextList && !text.empty()) {
    setting.items = parse_list(text);
    setting.text = fmt::format("[{}]", fmt::join(setting.items, ", "));
  }
  return setting;
}

// A command line is readable by every user of the machine.
void refuse_secret(const KeyDef& def, const std::string& value, const std::string& option) {
  if (value.empty()) return;
  if (def.secrecy == Secrecy::kSecret) {
    throw Error(ErrorCode::kBadConfig,
                fmt::format("{}: {} is a secret, which a command line shows to every user of the machine: set the variable {}, or write "
                            "{}: ${{VARIABLE}} into the config file",
                            option, def.dotted(), def.variable_name(), def.name));
  }
  if (def.dotted() == kPushUrl && value.find('@') != std::string::npos) {
    throw Error(
        ErrorCode::kBadConfig,
        fmt::format("{}: {} holds a user name, which may be a token, and which a command line shows to every user of the machine: give "
                    "the whole URL by the variable {}",
                    option, without_user(value), def.variable_name()));
  }
  if (holds_password(value)) {
    throw Error(
        ErrorCode::kBadConfig,
        fmt::format("{}: {} holds a password, which a command line shows to every user of the machine: {}give the whole URI by the "
                    "variable {}",
                    option, without_password(value),
                    def.section == "run" ? "leave it out of the URI and set COSTMILL_POSTGRESQL_PASSWORD, or " : "", def.variable_name()));
  }
}

void read_environment(const Environment& environment, Settings& settings) {
  Environment unknown;
  for (const auto& [name, value] : environment) {
    if (name.starts_with(kVariablePrefix)) unknown.emplace(name, value);
  }
  for (const KeyDef& def : all_keys()) {
    const std::string variable = def.variable_name();
    const auto found = unknown.find(variable);
    if (found == unknown.end()) continue;
    if (!found->second.empty()) settings.values.put(def, setting_of(def, found->second, {OriginKind::kEnvironment, variable}));
    unknown.erase(found);
  }
  // No error: Kubernetes sets <SERVICE>_PORT and the like for a service that is called costmill-something.
  for (const auto& [name, value] : unknown) {
    const auto meant = nearest(name, variable_names());
    if (meant) settings.warnings.push_back(fmt::format("environment variable {} is no key and is ignored; did you mean {}?", name, *meant));
  }
}

// Koku's own name for the bucket, where nothing else says it.
void read_kokus_bucket(const Environment& environment, Settings& settings) {
  constexpr std::string_view kVariable = "S3_BUCKET_NAME";
  const auto found = environment.find(kVariable);
  if (found == environment.end() || found->second.empty() || settings.values.has("s3.bucket")) return;
  const KeyDef& def = key("s3.bucket");
  settings.values.put(def, setting_of(def, found->second, {OriginKind::kEnvironment, std::string(kVariable)}));
}

void read_sets(const CommandLine& command_line, Settings& settings) {
  for (const std::string& set : command_line.sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorCode::kBadConfig, "--set: expected SECTION.KEY=VALUE, e.g. --set performance.max_workers=auto");
    }
    const KeyDef& def = key_meant_by(std::string_view(set).substr(0, equals));
    const std::string value = set.substr(equals + 1);
    if (command_line.is_public) refuse_secret(def, value, "--set");
    settings.values.put(def, setting_of(def, value, {OriginKind::kCommandLine, "--set"}));
  }
}

void read_options(const CommandLine& command_line, Settings& settings) {
  for (const KeyOption& option : command_line.options) {
    const KeyDef& def = key(option.dotted);
    if (command_line.is_public) refuse_secret(def, option.value, option.option);
    settings.values.put(def, setting_of(def, option.value, {OriginKind::kCommandLine, option.option}));
  }
}

}  // namespace

Environment process_environment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

Settings load_settings(const CommandLine& command_line, const Environment& environment) {
  Settings settings;
  std::error_code ignored;
  if (command_line.config_text) {
    read_yaml_text(*command_line.config_text, "config", environment, settings);
  } else if (command_line.config_file) {
    read_yaml_file(*command_line.config_file, environment, settings);
  } else if (std::filesystem::exists(kDefaultConfigFile, ignored)) {
    read_yaml_file(kDefaultConfigFile, environment, settings);
  }
  read_environment(environment, settings);
  read_sets(command_line, settings);
  read_options(command_line, settings);
  read_kokus_bucket(environment, settings);
  return settings;
}

}  // namespace costmill
