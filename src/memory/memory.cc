#include "memory/memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "costmill/error.h"

namespace costmill {

bool MemoryBudget::try_reserve(std::int64_t bytes) {
  const std::int64_t before = used_bytes_.fetch_add(bytes);
  if (bytes <= 0 || before + bytes <= limit_bytes_) return true;
  used_bytes_ -= bytes;
  return false;
}

void MemoryBudget::reserve(std::int64_t bytes, const char* what) {
  if (try_reserve(bytes)) return;
  throw Error(ErrorCode::kNoMemory,
              fmt::format("{} need {} MiB more, but performance.memory_limit is {} MiB and {} MiB are in use; raise the limit, or lower "
                          "performance.max_workers and performance.parallel_readers",
                          what, (bytes >> 20) + 1, limit_bytes_ >> 20, used_bytes() >> 20));
}

void MemoryShare::resize(std::int64_t bytes) {
  budget_.reserve(bytes - bytes_, what_);
  bytes_ = bytes;
}

arrow::Status CappedPool::Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) {
  if (!budget_.try_reserve(size)) return arrow::Status::OutOfMemory("over performance.memory_limit by an allocation of ", size, " bytes");
  const arrow::Status status = inner_.Allocate(size, alignment, out);
  if (!status.ok()) budget_.release(size);
  return status;
}

arrow::Status CappedPool::Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment, std::uint8_t** pointer) {
  if (!budget_.try_reserve(new_size - old_size)) {
    return arrow::Status::OutOfMemory("over performance.memory_limit by an allocation of ", new_size, " bytes");
  }
  const arrow::Status status = inner_.Reallocate(old_size, new_size, alignment, pointer);
  if (!status.ok()) budget_.release(new_size - old_size);
  return status;
}

void CappedPool::Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) {
  inner_.Free(buffer, size, alignment);
  budget_.release(size);
}

std::int64_t machine_memory_bytes() {
  std::int64_t bytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    std::int64_t limit = 0;
    if (file >> limit && limit > 0) bytes = std::min(bytes, limit);  // "max" is no number: no limit
  }
  return bytes;
}

}  // namespace costmill
