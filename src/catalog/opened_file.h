// A file of a store while it is read: counts what is fetched, and holds byte ranges that were fetched ahead.
#pragma once

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace costmill {

// Reads within what was fetched ahead copy nothing; all others go to the file beneath. fetch() comes before everything else.
class OpenedFile final : public arrow::io::RandomAccessFile {
 public:
  // `bytes_fetched`: what is read from `file` is added to it.
  OpenedFile(std::shared_ptr<arrow::io::RandomAccessFile> file, std::shared_ptr<std::atomic<std::int64_t>> bytes_fetched)
      : file_(std::move(file)), bytes_fetched_(std::move(bytes_fetched)) {}

  // Reads the ranges, one after the other. An error if the file ends before.
  arrow::Status fetch(const std::vector<arrow::io::ReadRange>& ranges);

  arrow::Result<std::int64_t> GetSize() override { return file_->GetSize(); }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t bytes) override;
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t bytes, void* out) override;
  arrow::Result<std::int64_t> Read(std::int64_t bytes, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t bytes) override;
  arrow::Status Seek(std::int64_t position) override { return file_->Seek(position); }
  arrow::Result<std::int64_t> Tell() const override { return file_->Tell(); }
  arrow::Status Close() override { return file_->Close(); }
  bool closed() const override { return file_->closed(); }

 private:
  struct Range {
    std::int64_t begin;
    std::shared_ptr<arrow::Buffer> bytes;
  };

  // Null: not all of it was fetched.
  std::shared_ptr<arrow::Buffer> find(std::int64_t position, std::int64_t bytes) const;

  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::shared_ptr<std::atomic<std::int64_t>> bytes_fetched_;
  std::vector<Range> ranges_;  // few
};

}  // namespace costmill
