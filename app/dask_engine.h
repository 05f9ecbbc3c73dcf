// run.engine: dask://HOST:PORT. Python speaks with the scheduler, in a process of its own; this one plans, judges and reports as always.
#pragma once

#include <atomic>

#include "config/config.h"
#include "config/settings.h"
#include "run/run.h"

namespace costmill::app {

// Throws Error(kBadConfig) where there is no Python with the package, and what run_distributed() throws.
RunReport run_by_dask(const Settings& settings, const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled);

}  // namespace costmill::app
