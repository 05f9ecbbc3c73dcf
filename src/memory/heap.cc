#include "memory/heap.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "memory/memory.h"

namespace costmill {
namespace {

// Small allocations may pass the limit by this much, and so may what the process holds: half of what a limit promises to be kept by.
constexpr std::int64_t kSlackBytes = 16 << 20;

std::atomic<bool> counted{false};
std::atomic<std::int64_t> counted_bytes{0};
std::atomic<const MemoryBudget*> ceiling{nullptr};

// What a thread that ends has pending is not lost.
struct PendingOfThread {
  ~PendingOfThread() { counted_bytes += std::exchange(heap::pending_bytes, 0); }
};

int whole_mib(std::int64_t bytes) { return static_cast<int>(bytes >> 20); }

// Resident pages that no file backs: those of files the system takes back by itself. -1: not known.
std::int64_t anonymous_bytes() noexcept {
  static const int statm = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  static const std::int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
  std::array<char, 128> text{};
  if (statm < 0 || ::pread(statm, text.data(), text.size() - 1, 0) <= 0) return -1;
  long long resident = 0;
  long long of_files = 0;
  if (std::sscanf(text.data(), "%*d %lld %lld", &resident, &of_files) != 2) return -1;
  return (resident - of_files) * page_bytes;
}

// Looking costs some system calls, so it is done once in so many allocated bytes: that much may be held in addition.
std::int64_t bytes_between_looks(const MemoryBudget& budget) {
  return std::clamp<std::int64_t>(budget.limit_bytes() / 16, 1 << 20, 64 << 20);
}

std::atomic<std::int64_t> bytes_since_look{0};

}  // namespace

OverMemoryLimit::OverMemoryLimit(std::int64_t needed_bytes, std::int64_t used_bytes, std::int64_t limit_bytes) noexcept {
  std::snprintf(text_.data(), text_.size(), "%d MiB more are needed, but performance.memory_limit is %d MiB and %d MiB are in use",
                whole_mib(needed_bytes) + 1, whole_mib(limit_bytes), whole_mib(used_bytes));
}

OverMemoryLimit::OverMemoryLimit(std::string_view text) noexcept {
  std::copy_n(text.begin(), std::min(text.size(), text_.size() - 1), text_.begin());
}

Error no_memory(std::string_view where, std::string_view cause) {
  const std::string_view known = cause == std::bad_alloc().what() ? "the system gives no more memory" : cause;
  return Error(ErrorCode::kNoMemory,
               fmt::format("{}: {}; raise the limit, or lower performance.max_workers and performance.parallel_readers", where, known));
}

namespace heap {

void start_counting() noexcept { counted = true; }
bool is_counted() noexcept { return counted; }

std::int64_t bytes() noexcept { return counted_bytes.load(std::memory_order_relaxed); }

void admit_large(std::size_t size) {
  const MemoryBudget* const budget = ceiling.load(std::memory_order_relaxed);
  const auto bytes = static_cast<std::int64_t>(size);
  if (size < kLargeBytes) {
    if (budget == nullptr || budget->used_bytes() <= budget->limit_bytes() + kSlackBytes || std::uncaught_exceptions() > 0) return;
    throw OverMemoryLimit(bytes, budget->used_bytes(), budget->limit_bytes());
  }
  counted_bytes += bytes;
  if (budget == nullptr) return;
  const std::int64_t used = budget->used_bytes();
  if (used <= budget->limit_bytes() && ProcessCeiling::allows(bytes)) return;
  counted_bytes -= bytes;
  throw OverMemoryLimit(bytes, used - bytes, budget->limit_bytes());
}

void take_back(std::size_t size) noexcept {
  if (size >= kLargeBytes) counted_bytes -= static_cast<std::int64_t>(size);
}

constinit thread_local std::int64_t pending_bytes = 0;

void count_pending() noexcept {
  [[maybe_unused]] static thread_local PendingOfThread at_end_of_thread;
  counted_bytes += std::exchange(pending_bytes, 0);
}

}  // namespace heap

ProcessCeiling::ProcessCeiling(MemoryBudget& budget) {
  if (!heap::is_counted()) return;
  // Of a small limit less of what is freed may be kept (see keep_freed_memory); that costs page faults.
  constexpr std::int64_t kMost = 32 << 20;
  const auto kept = static_cast<int>(std::min(kMost, budget.limit_bytes() / 32));
  mallopt(M_MMAP_THRESHOLD, kept);
  mallopt(M_TRIM_THRESHOLD, 2 * kept);
  ceiling = &budget;
}

ProcessCeiling::~ProcessCeiling() { ceiling = nullptr; }

bool ProcessCeiling::allows(std::int64_t bytes) noexcept {
  const MemoryBudget* const budget = ceiling.load(std::memory_order_relaxed);
  if (budget == nullptr || bytes_since_look.fetch_add(bytes) + bytes < bytes_between_looks(*budget)) return true;
  bytes_since_look = 0;
  if (anonymous_bytes() <= budget->limit_bytes()) return true;
  malloc_trim(0);
  return anonymous_bytes() <= budget->limit_bytes() + kSlackBytes;
}

}  // namespace costmill
