#include <arrow/buffer.h>
#include <fmt/format.h>

#include <algorithm>

#include "catalog/read_error.h"
#include "catalog/stores.h"
#include "s3/client.h"
#include "s3/uri.h"

namespace costmill {
namespace {

// A range is one request. The limits of time are the client's.
class S3File final : public arrow::io::RandomAccessFile {
 public:
  S3File(S3Client& client, S3Object object, arrow::MemoryPool* pool, const std::atomic<bool>* dropped)
      : client_(client), object_(std::move(object)), pool_(pool), dropped_(dropped) {}

  arrow::Result<std::int64_t> GetSize() override { return size(); }

  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t bytes) override {
    const std::int64_t there = bytes_there(position, bytes);
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(there, pool_));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t read, ReadAt(position, there, buffer->mutable_data()));
    (void)read;  // all of it, or an error
    return buffer;
  }

  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t bytes, void* out) override {
    const std::int64_t there = bytes_there(position, bytes);
    try {
      client_.read(object_, static_cast<std::uint64_t>(position), {static_cast<std::uint8_t*>(out), static_cast<std::size_t>(there)},
                   dropped_);
    } catch (const Error& error) {
      return status_of(error);
    }
    return there;
  }

  arrow::Result<std::int64_t> Read(std::int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const std::int64_t read, ReadAt(position_, bytes, out));
    position_ += read;
    return read;
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
    position_ += buffer->size();
    return buffer;
  }

  arrow::Status Seek(std::int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Close() override {
    is_closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return is_closed_; }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(object_.bytes); }
  std::int64_t bytes_there(std::int64_t position, std::int64_t bytes) const {
    return std::clamp<std::int64_t>(size() - std::clamp<std::int64_t>(position, 0, size()), 0, std::max<std::int64_t>(bytes, 0));
  }

  S3Client& client_;
  const S3Object object_;
  arrow::MemoryPool* pool_;
  const std::atomic<bool>* dropped_;
  std::int64_t position_ = 0;
  bool is_closed_ = false;
};

class S3Store final : public Store {
 public:
  S3Store(S3Location location, const S3Config& config, const std::atomic<bool>* cancelled)
      : location_(std::move(location)), client_(config, location_.bucket, cancelled) {}

  std::vector<std::string> list_folders(const std::string& folder) override {
    const std::string prefix = prefix_of(folder);
    std::vector<std::string> names;
    for (const std::string& deeper : client_.list(prefix).prefixes) {
      std::string name = deeper.substr(prefix.size());
      if (name.ends_with('/')) name.pop_back();
      if (!name.empty()) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::vector<StoredFile> list_files(const std::string& folder) override {
    const std::string prefix = prefix_of(folder);
    std::vector<StoredFile> files;
    for (S3Object& object : client_.list(prefix).objects) {
      if (object.key == prefix) continue;  // stands for the folder itself
      files.push_back({object.key.substr(location_.prefix.size()), object.bytes, std::move(object.etag)});
    }
    std::sort(files.begin(), files.end(), [](const StoredFile& a, const StoredFile& b) { return a.path < b.path; });
    return files;
  }

  std::string uri() const override { return location_.uri(); }

  std::uint64_t retries() const override { return client_.retries(); }

  // An answer begins some milliseconds after its request, in which a network carries this much.
  FetchCosts costs() const override {
    return {
        .gap_bytes = 128 << 10, .stream_bytes = 1 << 20, .tail_bytes = 64 << 10, .whole_bytes = 256 << 10, .read_ahead_bytes = 128 << 20};
  }

 private:
  std::shared_ptr<arrow::io::RandomAccessFile> open_version(const StoredFile& file, arrow::MemoryPool* pool,
                                                            const std::atomic<bool>* dropped) override {
    return std::make_shared<S3File>(client_, S3Object{location_.prefix + file.path, file.bytes, file.version}, pool, dropped);
  }

  std::string prefix_of(const std::string& folder) const { return location_.prefix + folder + (folder.empty() ? "" : "/"); }

  const S3Location location_;
  S3Client client_;
};

}  // namespace

std::unique_ptr<Store> open_s3_store(std::string_view uri, const S3Config& s3, const std::atomic<bool>* cancelled) {
  return std::make_unique<S3Store>(parse_s3_uri(uri), s3, cancelled);
}

}  // namespace costmill
