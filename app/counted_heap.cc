// operator new and delete of the program, so that all of its memory counts against performance.memory_limit: tables, label texts, what
// Arrow keeps of footers. The library leaves them alone, and sanitizers, which have their own, are built without this file.
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "memory/heap.h"

namespace {

namespace heap = costmill::heap;

[[maybe_unused]] const bool kIsCounted = (heap::start_counting(), true);

template <typename Allocate>
void* counted(std::size_t size, Allocate allocate) {
  heap::admit(size);
  void* const block = allocate();
  if (block == nullptr) {
    heap::take_back(size);
    throw std::bad_alloc();
  }
  heap::add(size, malloc_usable_size(block));
  return block;
}

void give_back(void* block) noexcept {
  if (block == nullptr) return;
  heap::remove(malloc_usable_size(block));
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size, [size] { return std::malloc(std::max<std::size_t>(size, 1)); });
}

void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto bytes = static_cast<std::size_t>(alignment);
  return counted(size, [=] { return std::aligned_alloc(bytes, (std::max<std::size_t>(size, 1) + bytes - 1) / bytes * bytes); });
}

void operator delete(void* block) noexcept { give_back(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { give_back(block); }
void operator delete(void* block, std::align_val_t /*alignment*/) noexcept { give_back(block); }
void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept { give_back(block); }
