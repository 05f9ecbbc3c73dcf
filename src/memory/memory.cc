#include "memory/memory.h"

#include "costmill/error.h"
#include "memory/heap.h"

namespace costmill {

bool MemoryBudget::try_reserve(std::int64_t bytes) {
  const std::int64_t before = reserved_bytes_.fetch_add(bytes);
  if (bytes <= 0 || before + bytes + heap::bytes() <= limit_bytes_) return true;
  reserved_bytes_ -= bytes;
  return false;
}

void MemoryBudget::reserve(std::int64_t bytes, const char* what) {
  if (try_reserve(bytes)) return;
  throw no_memory(what, OverMemoryLimit(bytes, used_bytes(), limit_bytes_));
}

void MemoryShare::resize(std::int64_t bytes) {
  const std::int64_t held_bytes = heap::is_counted() ? 0 : bytes;
  budget_.reserve(held_bytes - bytes_, what_);
  if (heap::is_counted() && budget_.used_bytes() > budget_.limit_bytes()) budget_.reserve(1, what_);
  bytes_ = held_bytes;
}

arrow::Status CappedPool::reserve(std::int64_t bytes) {
  if (!budget_.try_reserve(bytes)) {
    return arrow::Status::OutOfMemory(OverMemoryLimit(bytes, budget_.used_bytes(), budget_.limit_bytes()).what());
  }
  if (ProcessCeiling::allows(bytes)) return arrow::Status::OK();
  budget_.release(bytes);
  return arrow::Status::OutOfMemory(OverMemoryLimit(bytes, budget_.limit_bytes(), budget_.limit_bytes()).what());
}

arrow::Status CappedPool::Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) {
  ARROW_RETURN_NOT_OK(reserve(size));
  const arrow::Status status = inner_.Allocate(size, alignment, out);
  if (!status.ok()) budget_.release(size);
  return status;
}

arrow::Status CappedPool::Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment, std::uint8_t** pointer) {
  ARROW_RETURN_NOT_OK(reserve(new_size - old_size));
  const arrow::Status status = inner_.Reallocate(old_size, new_size, alignment, pointer);
  if (!status.ok()) budget_.release(new_size - old_size);
  return status;
}

void CappedPool::Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) {
  inner_.Free(buffer, size, alignment);
  budget_.release(size);
}

}  // namespace costmill
