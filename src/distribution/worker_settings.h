// The configuration of a run as it travels to workers: without its secrets.
#pragma once

#include <string>

#include "config/config.h"
#include "config/settings.h"

namespace costmill {

// JSON with every key that is set and has an effect there. Secrets are left out: a worker takes them from its own environment, as
// docs/scaling.md says. Folders become absolute. Error(kBadConfig) where a URI holds a password, and for what no worker can do.
std::string settings_for_workers(const Settings& settings, const Config& config);

// Keys of the worker's own environment count for secrets only. Error(kBadConfig).
Config config_of_worker(const std::string& settings);

}  // namespace costmill
