// A vector of plain values out of Arrow's pool, so that it counts against the memory limit.
#pragma once

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

#include "memory/heap.h"

namespace costmill {

// Elements that resize() adds are not initialised. Growing throws OverMemoryLimit beyond the limit.
template <typename Element>
class PoolVector {
 public:
  static_assert(std::is_trivially_copyable_v<Element>);

  explicit PoolVector(arrow::MemoryPool* pool) : pool_(pool) {}

  void resize(std::size_t size) {
    if (size > capacity_) grow(size);
    size_ = size;
  }
  void clear() { size_ = 0; }
  void push_back(Element element) {
    if (size_ == capacity_) grow(size_ + 1);
    data()[size_++] = element;
  }
  void append(std::span<const Element> elements) {
    const std::size_t at = size_;
    resize(at + elements.size());
    if (!elements.empty()) std::memcpy(data() + at, elements.data(), elements.size_bytes());
  }

  std::size_t size() const { return size_; }
  Element* data() { return buffer_ == nullptr ? nullptr : reinterpret_cast<Element*>(buffer_->mutable_data()); }
  const Element* data() const { return buffer_ == nullptr ? nullptr : reinterpret_cast<const Element*>(buffer_->data()); }
  std::span<Element> span() { return {data(), size_}; }
  std::span<const Element> span() const { return {data(), size_}; }

 private:
  void grow(std::size_t at_least) {
    const std::size_t capacity = std::max(at_least, 2 * capacity_);
    auto buffer = arrow::AllocateBuffer(static_cast<std::int64_t>(capacity * sizeof(Element)), pool_);
    if (!buffer.ok()) throw OverMemoryLimit(buffer.status().message());
    if (size_ > 0) std::memcpy((*buffer)->mutable_data(), data(), size_ * sizeof(Element));
    buffer_ = std::move(*buffer);
    capacity_ = capacity;
  }

  arrow::MemoryPool* pool_;
  std::unique_ptr<arrow::Buffer> buffer_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace costmill
