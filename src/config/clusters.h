// Which of the configured clusters the run is about.
#pragma once

#include <vector>

#include "config/load.h"
#include "config/settings.h"

namespace costmill {

struct ChosenClusters {
  std::vector<SettingSet> clusters;  // one empty set where none is configured
  bool all = false;                  // --cluster all
};

// Throws Error(kBadConfig): none chosen of several, unknown, ambiguous, one source UUID twice.
ChosenClusters choose_clusters(const CommandLine& command_line, const Settings& settings);

}  // namespace costmill
