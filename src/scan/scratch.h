// Working memory of decoders, out of the pool that counts against the memory limit.
#pragma once

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <parquet/exception.h>

#include <memory>
#include <type_traits>

namespace costmill {

// Elements are not initialised, and lost when it grows.
template <typename Element>
class Scratch {
 public:
  static_assert(std::is_trivially_copyable_v<Element>);

  explicit Scratch(arrow::MemoryPool* pool) : pool_(pool) {}

  // At least `count` elements from then on. Throws parquet::ParquetStatusException beyond the limit.
  Element* reserve(std::size_t count) {
    if (count > capacity_) {
      buffer_.reset();
      PARQUET_ASSIGN_OR_THROW(buffer_, arrow::AllocateBuffer(static_cast<std::int64_t>(count * sizeof(Element)), pool_));
      capacity_ = count;
    }
    return data();
  }
  Element* data() const { return buffer_ == nullptr ? nullptr : reinterpret_cast<Element*>(buffer_->mutable_data()); }

 private:
  arrow::MemoryPool* pool_;
  std::unique_ptr<arrow::Buffer> buffer_;
  std::size_t capacity_ = 0;
};

}  // namespace costmill
