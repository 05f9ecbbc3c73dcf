// What `doctor` finds on this machine: the configuration, folders and files, and what the system allows.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/settings.h"
#include "costmill/error.h"
#include "costmill/finding.h"

namespace costmill::app {

// They change nothing, and throw only Error(kCancelled).
std::vector<Finding> examine_config(const Settings& settings, const Config& config);
std::vector<Finding> examine_input_folder(const Config& config);
std::vector<Finding> examine_reference_folder(const Config& config);
std::vector<Finding> examine_file_sink(const std::string& uri);
std::vector<Finding> examine_machine(const Config& config);

// What stands behind the last "; " of an error's text is its advice.
Finding problem_of(std::string check, const Error& error);

}  // namespace costmill::app
