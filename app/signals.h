// SIGINT and SIGTERM: the first asks the run to stop, the second ends the process at once.
#pragma once

#include <atomic>

namespace costmill::app {

void handle_stop_signals();

// True after the first signal. The pipeline polls it and throws Error(kCancelled).
const std::atomic<bool>& stop_requested();

// 128 + the signal that came, or 130 if none did.
int exit_code_of_stop();

}  // namespace costmill::app
