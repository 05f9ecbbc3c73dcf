#include "signals.h"

#include <signal.h>
#include <unistd.h>

namespace costmill::app {
namespace {

std::atomic<bool> stop{false};
std::atomic<int> stop_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics");

extern "C" void on_stop_signal(int number) {
  if (stop.exchange(true)) _exit(128 + number);
  stop_signal = number;
}

}  // namespace

void handle_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<bool>& stop_requested() { return stop; }

int exit_code_of_stop() { return 128 + (stop_signal == 0 ? SIGINT : stop_signal.load()); }

}  // namespace costmill::app
