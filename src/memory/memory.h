// The memory budget of a run: one ceiling under Arrow's buffers and our own tables.
#pragma once

#include <arrow/memory_pool.h>

#include <atomic>
#include <cstdint>

#include "memory/heap.h"

namespace costmill {

// Counts bytes against a limit. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::int64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  // False, and nothing reserved, if it would pass the limit.
  bool try_reserve(std::int64_t bytes);
  // Throws Error(kNoMemory) instead; `what` says whose memory it is.
  void reserve(std::int64_t bytes, const char* what);
  void release(std::int64_t bytes) { reserved_bytes_ -= bytes; }

  std::int64_t limit_bytes() const { return limit_bytes_; }
  // What is reserved, and all that operator new gave out where the program counts it.
  std::int64_t used_bytes() const { return reserved_bytes_ + heap::bytes(); }

 private:
  const std::int64_t limit_bytes_;
  std::atomic<std::int64_t> reserved_bytes_{0};
};

// The share of a budget that one owner's growing tables hold; released on destruction.
class MemoryShare {
 public:
  MemoryShare(MemoryBudget& budget, const char* what) : budget_(budget), what_(what) {}
  ~MemoryShare() { budget_.release(bytes_); }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  // The owner holds this much in all; where the heap is counted, its tables are already. Throws Error(kNoMemory) beyond the limit.
  void resize(std::int64_t bytes);

 private:
  MemoryBudget& budget_;
  const char* what_;
  std::int64_t bytes_ = 0;
};

// An Arrow pool that allocates only what the budget allows; beyond it Arrow sees OutOfMemory.
class CappedPool final : public arrow::MemoryPool {
 public:
  CappedPool(arrow::MemoryPool& inner, MemoryBudget& budget) : inner_(inner), budget_(budget) {}

  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;
  arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override;
  arrow::Status Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment, std::uint8_t** pointer) override;
  void Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) override;
  void ReleaseUnused() override { inner_.ReleaseUnused(); }
  std::int64_t bytes_allocated() const override { return inner_.bytes_allocated(); }
  std::int64_t total_bytes_allocated() const override { return inner_.total_bytes_allocated(); }
  std::int64_t num_allocations() const override { return inner_.num_allocations(); }
  std::string backend_name() const override { return inner_.backend_name(); }

 private:
  arrow::Status reserve(std::int64_t bytes);

  arrow::MemoryPool& inner_;
  MemoryBudget& budget_;
};

}  // namespace costmill
