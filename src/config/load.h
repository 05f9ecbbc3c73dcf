// Config file, environment and command line become Settings: command line > environment > file > default.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "config/substitution.h"

namespace costmill {

// An option that stands for a key, e.g. {"run.input", "file:data", "--input"}.
struct KeyOption {
  std::string dotted;
  std::string value;
  std::string option;
};

struct CommandLine {
  std::optional<std::string> config_file;  // not given: ./costmill.yaml if it is there
  std::optional<std::string> config_text;  // YAML instead of a file
  bool is_public = true;                   // other users of the machine can read it, so it must hold no secret
  std::vector<std::string> sets;           // SECTION.KEY=VALUE, or a bare key that is unique; a later one wins
  std::vector<KeyOption> options;          // win over sets
  std::optional<std::string> month;        // YYYY-MM
  std::optional<std::string> from;         // YYYY-MM-DD
  std::optional<std::string> to;           // inclusive
  std::optional<std::string> cluster;      // UUID, alias, `all`
};

inline constexpr const char* kDefaultConfigFile = "costmill.yaml";

Environment process_environment();

// Throws Error(kBadConfig).
Settings load_settings(const CommandLine& command_line, const Environment& environment);

}  // namespace costmill
