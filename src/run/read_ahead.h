// Opens row groups ahead of the workers that fold them.
#pragma once

#include <parquet/file_reader.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "catalog/store.h"
#include "plan/plan.h"
#include "scan/parquet_file.h"

namespace costmill {

struct ReadAheadOptions {
  int readers = 4;                // performance.parallel_readers
  std::int64_t budget_bytes = 0;  // of row groups read and not taken yet
  bool bounded = true;            // false: the budget is not looked at
  bool only_wanted_columns = true;
  bool derive_roles = false;
  arrow::MemoryPool* pool = nullptr;
};

// What is to be read, in the order in which it will mostly be taken.
struct ReadRequest {
  const PlannedFile* file = nullptr;
  int row_group = 0;
  std::int64_t compressed_bytes = 0;
};

// Reader threads fetch the wanted byte ranges of the next row groups while there is room in the budget; a worker that comes for a
// row group that nobody has begun reads it itself, so nothing ever waits for the budget but read-ahead.
class ReadAhead {
 public:
  ReadAhead(Store& store, std::vector<ReadRequest> requests, const ReadAheadOptions& options);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // The reader of request `index`, ready to decode. Each index is taken once. Throws what reading it threw.
  std::shared_ptr<parquet::ParquetFileReader> take(std::size_t index);
  // Of any row group, ahead of none. Throws what reading it throws.
  std::shared_ptr<parquet::ParquetFileReader> open(const ReadRequest& request);
  // Nobody will come for it.
  void skip(std::size_t index);
  // Nobody will come any more: what still waits for a server ends, by Error(kCancelled).
  void stop();

  double busy_seconds() const;

 private:
  enum class State { kIdle, kReading, kReady, kTaken, kSkipped };
  struct Slot {
    State state = State::kIdle;
    std::shared_ptr<parquet::ParquetFileReader> reader;
    std::exception_ptr failure;
  };

  void read_next_until_stopped(const std::stop_token& stop);
  std::int64_t held_bytes(const ReadRequest& request) const;
  bool is_streamed(const ReadRequest& request) const;

  Store& store_;
  std::vector<ReadRequest> requests_;
  ReadAheadOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Slot> slots_;
  std::size_t next_ = 0;
  std::int64_t ahead_bytes_ = 0;
  double busy_seconds_ = 0;
  std::atomic<bool> stopped_{false};
  std::vector<std::jthread> readers_;
};

}  // namespace costmill
