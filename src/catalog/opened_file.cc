#include "catalog/opened_file.h"

#include <cstring>

namespace costmill {

arrow::Status OpenedFile::fetch(const std::vector<arrow::io::ReadRange>& ranges) {
  for (const arrow::io::ReadRange& range : ranges) {
    ARROW_ASSIGN_OR_RAISE(auto bytes, ReadAt(range.offset, range.length));
    if (bytes->size() != range.length) {
      return arrow::Status::Invalid("the file ends at byte ", range.offset + bytes->size(), " instead of ", range.offset + range.length,
                                    " or later");
    }
    ranges_.push_back({range.offset, std::move(bytes)});
  }
  return arrow::Status::OK();
}

std::shared_ptr<arrow::Buffer> OpenedFile::find(std::int64_t position, std::int64_t bytes) const {
  for (const Range& range : ranges_) {
    const std::int64_t offset = position - range.begin;
    if (offset >= 0 && bytes >= 0 && offset <= range.bytes->size() && bytes <= range.bytes->size() - offset)
      return arrow::SliceBuffer(range.bytes, offset, bytes);
  }
  return nullptr;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> OpenedFile::ReadAt(std::int64_t position, std::int64_t bytes) {
  if (auto fetched = find(position, bytes)) return fetched;
  ARROW_ASSIGN_OR_RAISE(auto read, file_->ReadAt(position, bytes));
  *bytes_fetched_ += read->size();
  return read;
}

arrow::Result<std::int64_t> OpenedFile::ReadAt(std::int64_t position, std::int64_t bytes, void* out) {
  if (const auto fetched = find(position, bytes)) {
    std::memcpy(out, fetched->data(), static_cast<std::size_t>(bytes));
    return bytes;
  }
  ARROW_ASSIGN_OR_RAISE(const std::int64_t read, file_->ReadAt(position, bytes, out));
  *bytes_fetched_ += read;
  return read;
}

arrow::Result<std::int64_t> OpenedFile::Read(std::int64_t bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t read, file_->Read(bytes, out));
  *bytes_fetched_ += read;
  return read;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> OpenedFile::Read(std::int64_t bytes) {
  ARROW_ASSIGN_OR_RAISE(auto read, file_->Read(bytes));
  *bytes_fetched_ += read->size();
  return read;
}

}  // namespace costmill
