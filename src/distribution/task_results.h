// Where results of tasks arrive, in any order and from any thread, and wait until they are asked for.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "costmill/error.h"
#include "distribution/day_task.h"

namespace costmill {

class TaskResults {
 public:
  // A result that nobody asks for, or the second one of a task, is dropped.
  void put(const std::string& key, TaskReceipt receipt);
  void fail(const std::string& key, const Error& error);
  // For all tasks that have no result: whoever runs them is gone.
  void fail_all(const Error& error);

  // Before the tasks are submitted. `on_rows`: called as results come in.
  void expect(const std::string& key);
  // When this returns, the callback of before is not being called, and never will be.
  void on_rows(std::function<void(std::uint64_t)> on_rows);

  // Waits for it. Throws what the task failed with, and Error(kCancelled).
  TaskReceipt take(const std::string& key, const std::atomic<bool>& cancelled);

 private:
  using Result = std::variant<std::monostate, TaskReceipt, Error>;

  void settle(const std::string& key, Result result);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Result> results_;
  std::optional<Error> failure_;
  std::mutex calling_;
  std::function<void(std::uint64_t)> on_rows_;  // under calling_
};

}  // namespace costmill
