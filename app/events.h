// What a run tells while it runs: log lines and progress.
#pragma once

#include "progress.h"
#include "run/run.h"

namespace costmill::app {

// `display` outlives the events.
RunEvents events_to(ProgressDisplay& display);

}  // namespace costmill::app
