// The config file: YAML, with every problem named by its line.
#pragma once

#include <string>
#include <string_view>

#include "config/settings.h"
#include "config/substitution.h"

namespace costmill {

// Puts the file's keys into settings. Throws Error(kBadConfig): unreadable file, not YAML, unknown or duplicate key, wrong type.
void read_yaml_file(const std::string& path, const Environment& environment, Settings& settings);

// The same for a text; `name` stands for the path in messages.
void read_yaml_text(const std::string& text, const std::string& name, const Environment& environment, Settings& settings);

}  // namespace costmill
