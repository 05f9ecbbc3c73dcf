// The store that files come from: one of the three virtual seams to the world.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>

#include <atomic>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/opened_file.h"
#include "config/config.h"

namespace costmill {

// A file as a listing shows it.
struct StoredFile {
  std::string path;  // relative to the store's root, '/' between parts
  std::uint64_t bytes = 0;
  std::string version;  // changes whenever the content does: modification time in nanoseconds, or an ETag

  bool operator==(const StoredFile&) const = default;
};

// What a request costs, in bytes that could travel instead.
struct FetchCosts {
  std::int64_t gap_bytes = 8 << 10;          // ranges this near to each other are fetched as one
  std::int64_t stream_bytes = 256 << 10;     // pieces of a column whose row group is too big to be held
  std::int64_t tail_bytes = 16 << 10;        // that a footer is looked for in: Koku's have some 10 KiB
  std::int64_t whole_bytes = 0;              // files up to this size are fetched whole when their footer is read
  std::int64_t read_ahead_bytes = 16 << 20;  // under way or waiting for a worker, at the most
};

// Listings are whole or an Error (kInputUnavailable, kInputDenied); a folder that does not exist lists as empty.
// Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Names (not paths) of the folders, or the files, directly in `folder`; sorted.
  virtual std::vector<std::string> list_folders(const std::string& folder) = 0;
  virtual std::vector<StoredFile> list_files(const std::string& folder) = 0;

  // Exactly the listed version; Error(kInputChanged), here or by a read, if the file is another one by now. What is read lies in
  // `pool`. `dropped`: ends reads that wait for a server, by Error(kCancelled). Statuses of reads may hold an Error, which error_in()
  // finds.
  std::shared_ptr<OpenedFile> open(const StoredFile& file, arrow::MemoryPool* pool = arrow::default_memory_pool(),
                                   const std::atomic<bool>* dropped = nullptr) {
    return std::make_shared<OpenedFile>(open_version(file, pool, dropped), bytes_fetched_);
  }

  virtual std::string uri() const = 0;
  virtual FetchCosts costs() const { return {}; }
  // Requests that were made again, so far.
  virtual std::uint64_t retries() const { return 0; }

  // Of all files so far, listings not counted.
  std::int64_t bytes_fetched() const { return *bytes_fetched_; }

 private:
  virtual std::shared_ptr<arrow::io::RandomAccessFile> open_version(const StoredFile& file, arrow::MemoryPool* pool,
                                                                    const std::atomic<bool>* dropped) = 0;

  std::shared_ptr<std::atomic<std::int64_t>> bytes_fetched_ = std::make_shared<std::atomic<std::int64_t>>(0);
};

// uri: file:DIR, s3://BUCKET/PREFIX. `s3`: what the second does not say. `cancelled`: ends what waits for a server, by
// Error(kCancelled). Error(kInputUnavailable) if the root folder does not exist; of a bucket the first listing tells.
std::unique_ptr<Store> open_store(std::string_view uri, const S3Config& s3 = {}, const std::atomic<bool>* cancelled = nullptr);

}  // namespace costmill
