// What operator new gives out, where the program replaces it and tells (app/counted_heap.cc). An embedding program that does not is held
// to the pool and the estimates of MemoryShare alone.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>

#include "costmill/error.h"

namespace costmill {

class MemoryBudget;

// What an allocation beyond the limit throws. Its text needs no memory.
class OverMemoryLimit : public std::bad_alloc {
 public:
  static constexpr std::string_view kNamed = "performance.memory_limit";  // in every such text

  OverMemoryLimit(std::int64_t needed_bytes, std::int64_t used_bytes, std::int64_t limit_bytes) noexcept;
  explicit OverMemoryLimit(std::string_view text) noexcept;  // cut off where it is long
  const char* what() const noexcept override { return text_.data(); }

 private:
  std::array<char, 160> text_{};
};

// kNoMemory. `where` says what was being done; `cause` the need, if it is an OverMemoryLimit.
Error no_memory(std::string_view where, std::string_view cause);
inline Error no_memory(std::string_view where, const std::bad_alloc& cause) { return no_memory(where, std::string_view(cause.what())); }

namespace heap {

// Allocations from here on are counted at once, and refused beyond the limit. Smaller ones are counted late, and refused only far beyond
// it.
constexpr std::size_t kLargeBytes = 64 << 10;
// Smaller ones than these are never refused: libraries make some where they cannot throw, and messages are made of them.
constexpr std::size_t kSmallBytes = 4 << 10;

// Before any other call: from here on `bytes` is kept by operator new and delete.
void start_counting() noexcept;
bool is_counted() noexcept;

// In use, give or take kLargeBytes a thread.
std::int64_t bytes() noexcept;

// Called by operator new before and after it allocates, and by operator delete. admit() throws OverMemoryLimit.
void admit_large(std::size_t size);
inline void admit(std::size_t size) {
  if (size >= kSmallBytes) [[unlikely]]
    admit_large(size);
}
void take_back(std::size_t size) noexcept;  // what admit() admitted, but the system did not give

// Of small allocations of this thread, not in bytes() yet.
extern constinit thread_local std::int64_t pending_bytes;
void count_pending() noexcept;
inline void add_pending(std::int64_t bytes) noexcept {
  constexpr auto kMost = static_cast<std::int64_t>(kLargeBytes);
  pending_bytes += bytes;
  if (pending_bytes >= kMost || pending_bytes <= -kMost) [[unlikely]]
    count_pending();
}
inline void add(std::size_t size, std::size_t usable_size) noexcept {
  add_pending(static_cast<std::int64_t>(usable_size) - (size < kLargeBytes ? 0 : static_cast<std::int64_t>(size)));
}
inline void remove(std::size_t usable_size) noexcept { add_pending(-static_cast<std::int64_t>(usable_size)); }

}  // namespace heap

// While it lives, `budget` is the ceiling of the whole process: what is allocated beyond it is refused, memory that was freed goes back
// to the system before the process holds more than the limit, and what holds more all the same (the heap of C libraries, pieces too small
// to go back) is refused, too. Without heap::start_counting() it does nothing.
class ProcessCeiling {
 public:
  explicit ProcessCeiling(MemoryBudget& budget);
  ~ProcessCeiling();
  ProcessCeiling(const ProcessCeiling&) = delete;
  ProcessCeiling& operator=(const ProcessCeiling&) = delete;

  // After so many bytes more were allocated. False: the process holds more than the limit allows.
  static bool allows(std::int64_t bytes) noexcept;
};

}  // namespace costmill
