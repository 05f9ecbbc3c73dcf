// A run whose days are made by workers elsewhere: this process plans, judges, and sees to it that every day ends in the sink.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/settings.h"
#include "distribution/task_results.h"
#include "run/run.h"

namespace costmill {

// A task on its way to a scheduler. `parts` are tasks whose results this one takes.
struct Submission {
  std::string key;
  std::string task;  // JSON
  std::int64_t rows = 0;
  std::vector<Submission> parts;
};

// Whoever brings tasks to workers. Results go to the TaskResults of the run.
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  // From the thread that called run_distributed(); in the order in which results will be asked for. Does not wait for them.
  virtual void submit(std::vector<Submission> tasks) = 0;
};

// As run(): the same rows, reports and errors. Into PostgreSQL, workers commit days themselves, in any order. Into files, workers make days
// in a folder beside the sink, which they and this process must see at the same path, and days are taken over in order.
RunReport run_distributed(const Settings& settings, const Config& config, Dispatcher& dispatcher, TaskResults& results,
                          const RunEvents& events, const std::atomic<bool>& cancelled);

}  // namespace costmill
