// How far a run is: a bar on a terminal, otherwise one line a day; on stderr.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "config/config.h"
#include "run/run.h"

namespace costmill::app {

// What is done of the run after so many seconds, and how long the rest may take, in less than so many columns.
std::string progress_line(const RunProgress& progress, double seconds, std::size_t columns);

class ProgressDisplay {
 public:
  explicit ProgressDisplay(Progress progress);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  // Thread-safe.
  void update(const RunProgress& progress);
  void day_done(const DayReport& day);
  // Takes the bar away; the next update draws it again.
  void clear();
  // The same, and draws none while `write` writes lines to stderr.
  void make_way_for(const std::function<void()>& write);

 private:
  void take_away();

  enum class Form { kNone, kLines, kBar };
  using Clock = std::chrono::steady_clock;

  Form form_;
  std::mutex mutex_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point drawn_at_;
  bool drawn_ = false;
};

}  // namespace costmill::app
