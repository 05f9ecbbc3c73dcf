#include "run/read_ahead.h"

#include <arrow/io/caching.h>
#include <arrow/util/future.h>
#include <fmt/format.h>

#include <chrono>

#include "scan/row_group_scan.h"

namespace costmill {

ReadAhead::ReadAhead(Store& store, std::vector<ReadRequest> requests, const ReadAheadOptions& options)
    : store_(store), requests_(std::move(requests)), options_(options), slots_(requests_.size()) {
  for (int i = 0; i < options.readers; ++i) {
    readers_.emplace_back([this](const std::stop_token& stop) { read_next_until_stopped(stop); });
  }
}

ReadAhead::~ReadAhead() {
  for (std::jthread& reader : readers_) reader.request_stop();  // wakes those that wait, too
}

// A row group that alone would take much of the budget is decoded from small pieces instead of being held whole.
bool ReadAhead::is_streamed(const ReadRequest& request) const {
  return options_.bounded && request.compressed_bytes > options_.budget_bytes / 4;
}

std::int64_t ReadAhead::held_bytes(const ReadRequest& request) const { return is_streamed(request) ? 0 : request.compressed_bytes; }

std::shared_ptr<parquet::ParquetFileReader> ReadAhead::open(const ReadRequest& request) {
  const StoredFile& file = request.file->file;
  const bool streamed = is_streamed(request);
  std::shared_ptr<parquet::ParquetFileReader> reader = open_parquet(store_, file, {.pool = options_.pool, .buffered_stream = streamed});
  if (streamed) return reader;
  try {
    const WantedColumns wanted = wanted_columns(request.file->use, options_.derive_roles);
    const std::vector<int> columns =
        column_indices(*reader->metadata()->schema(), request.file->table, wanted, options_.only_wanted_columns);
    reader->PreBuffer({request.row_group}, columns, arrow::io::IOContext(options_.pool), arrow::io::CacheOptions::Defaults());
    PARQUET_THROW_NOT_OK(reader->WhenBuffered({request.row_group}, columns).status());
  } catch (...) {
    rethrow_parquet_error(file.path, fmt::format("row group {} cannot be read", request.row_group));
  }
  return reader;
}

void ReadAhead::read_next_until_stopped(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    while (next_ < slots_.size() && slots_[next_].state != State::kIdle) ++next_;
    if (next_ == slots_.size()) return;
    const std::int64_t bytes = held_bytes(requests_[next_]);
    const auto has_room = [&] { return !options_.bounded || ahead_bytes_ == 0 || ahead_bytes_ + bytes <= options_.budget_bytes; };
    if (!has_room()) {
      changed_.wait(lock, stop, has_room);
      continue;  // somebody else may have begun this one meanwhile
    }
    const std::size_t index = next_++;
    Slot& slot = slots_[index];
    slot.state = State::kReading;
    ahead_bytes_ += bytes;
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    std::shared_ptr<parquet::ParquetFileReader> reader;
    std::exception_ptr failure;
    try {
      reader = open(requests_[index]);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    lock.lock();
    busy_seconds_ += seconds.count();
    slot.reader = std::move(reader);
    slot.failure = failure;
    slot.state = State::kReady;
    changed_.notify_all();
  }
}

std::shared_ptr<parquet::ParquetFileReader> ReadAhead::take(std::size_t index) {
  std::unique_lock lock(mutex_);
  Slot& slot = slots_[index];
  if (slot.state == State::kIdle) {
    slot.state = State::kTaken;
    lock.unlock();
    return open(requests_[index]);
  }
  changed_.wait(lock, [&] { return slot.state == State::kReady; });
  slot.state = State::kTaken;
  ahead_bytes_ -= held_bytes(requests_[index]);
  changed_.notify_all();
  if (slot.failure) std::rethrow_exception(std::exchange(slot.failure, nullptr));
  return std::exchange(slot.reader, nullptr);
}

void ReadAhead::skip(std::size_t index) {
  std::unique_lock lock(mutex_);
  Slot& slot = slots_[index];
  if (slot.state != State::kIdle) {
    changed_.wait(lock, [&] { return slot.state == State::kReady; });
    ahead_bytes_ -= held_bytes(requests_[index]);
    slot.reader = nullptr;
    slot.failure = nullptr;
  }
  slot.state = State::kTaken;
  changed_.notify_all();
}

double ReadAhead::busy_seconds() const {
  const std::lock_guard lock(mutex_);
  return busy_seconds_;
}

}  // namespace costmill
