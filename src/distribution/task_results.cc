#include "distribution/task_results.h"

#include <chrono>

namespace costmill {

void TaskResults::put(const std::string& key, TaskReceipt receipt) { settle(key, std::move(receipt)); }
void TaskResults::fail(const std::string& key, const Error& error) { settle(key, error); }

void TaskResults::settle(const std::string& key, Result result) {
  std::uint64_t rows = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = results_.find(key);
    if (found == results_.end() || !std::holds_alternative<std::monostate>(found->second)) return;
    if (const auto* receipt = std::get_if<TaskReceipt>(&result)) rows = receipt->figures.rows_folded;
    found->second = std::move(result);
  }
  changed_.notify_all();
  const std::lock_guard calling(calling_);
  if (on_rows_ && rows > 0) on_rows_(rows);
}

void TaskResults::fail_all(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
  changed_.notify_all();
}

void TaskResults::expect(const std::string& key) {
  const std::lock_guard lock(mutex_);
  results_.try_emplace(key);
}

void TaskResults::on_rows(std::function<void(std::uint64_t)> on_rows) {
  const std::lock_guard calling(calling_);
  on_rows_ = std::move(on_rows);
}

TaskReceipt TaskResults::take(const std::string& key, const std::atomic<bool>& cancelled) {
  constexpr std::chrono::milliseconds kSignalLatency{100};  // a signal handler cannot notify
  std::unique_lock lock(mutex_);
  Result& result = results_[key];
  while (std::holds_alternative<std::monostate>(result) && !failure_) {
    if (cancelled) throw Error(ErrorCode::kCancelled, "stopped by a signal; days written so far stay, the others are untouched");
    changed_.wait_for(lock, kSignalLatency);
  }
  if (std::holds_alternative<std::monostate>(result)) throw Error(*failure_);
  const Result taken = std::move(result);
  results_.erase(key);
  if (const auto* error = std::get_if<Error>(&taken)) throw Error(*error);
  return std::get<TaskReceipt>(taken);
}

}  // namespace costmill
