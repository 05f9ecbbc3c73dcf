#include "run/read_ahead.h"

#include <fmt/format.h>

#include <chrono>

#include "scan/row_group_scan.h"

namespace costmill {

ReadAhead::ReadAhead(Store& store, std::vector<ReadRequest> requests, const ReadAheadOptions& options)
    : store_(store), requests_(std::move(requests)), options_(options), slots_(requests_.size()) {
  readers_.reserve(static_cast<std::size_t>(options.readers));
  try {
    for (int i = 0; i < options.readers; ++i) {
      readers_.emplace_back([this](const std::stop_token& stop) { read_next_until_stopped(stop); });
    }
  } catch (const std::exception&) {
    // Where memory is short a thread may be refused. Workers read what nobody has begun.
  }
}

ReadAhead::~ReadAhead() { stop(); }

void ReadAhead::stop() {
  stopped_ = true;
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
  const FetchCosts costs = store_.costs();
  const ReadOptions options{.pool = options_.pool, .stream_bytes = streamed ? costs.stream_bytes : 0};
  const auto& content = request.file->content;
  const auto source = content == nullptr ? store_.open(file, options_.pool, &stopped_) : content;
  std::shared_ptr<parquet::ParquetFileReader> reader = open_parquet(source, file, options, request.file->metadata);
  if (streamed || content != nullptr) return reader;
  try {
    const WantedColumns wanted = wanted_columns(request.file->use, options_.derive_roles);
    const std::vector<int> columns =
        column_indices(*reader->metadata()->schema(), request.file->table, wanted, options_.only_wanted_columns);
    std::vector<arrow::io::ReadRange> ranges;
    PARQUET_ASSIGN_OR_THROW(ranges, reader->GetReadRanges({request.row_group}, columns, costs.gap_bytes));
    PARQUET_THROW_NOT_OK(source->fetch(ranges));
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
    if (slot.state == State::kSkipped) {
      ahead_bytes_ -= bytes;
    } else {
      slot.reader = std::move(reader);
      slot.failure = failure;
      slot.state = State::kReady;
    }
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
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[index];
  if (slot.state == State::kReady) ahead_bytes_ -= held_bytes(requests_[index]);
  slot = {.state = State::kSkipped, .reader = nullptr, .failure = nullptr};
  changed_.notify_all();
}

double ReadAhead::busy_seconds() const {
  const std::lock_guard lock(mutex_);
  return busy_seconds_;
}

}  // namespace costmill
