// The store that files come from: one of the three virtual seams to the world.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace costmill {

// A file as a listing shows it.
struct StoredFile {
  std::string path;  // relative to the store's root, '/' between parts
  std::uint64_t bytes = 0;
  std::string version;  // changes whenever the content does: modification time in nanoseconds, or an ETag

  bool operator==(const StoredFile&) const = default;
};

// Listings are whole or an Error (kInputUnavailable, kInputDenied); a folder that does not exist lists as empty.
// Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Names (not paths) of the folders, or the files, directly in `folder`; sorted.
  virtual std::vector<std::string> list_folders(const std::string& folder) = 0;
  virtual std::vector<StoredFile> list_files(const std::string& folder) = 0;

  // Opens exactly the listed version; Error(kInputChanged) if the file is another one by now. What is read lies in `pool`.
  virtual std::shared_ptr<arrow::io::RandomAccessFile> open(const StoredFile& file, arrow::MemoryPool* pool) = 0;
  std::shared_ptr<arrow::io::RandomAccessFile> open(const StoredFile& file) { return open(file, arrow::default_memory_pool()); }

  virtual std::string uri() const = 0;
};

// uri: file:DIR. Error(kInputUnavailable) if the root does not exist.
std::unique_ptr<Store> open_store(std::string_view uri);

}  // namespace costmill
