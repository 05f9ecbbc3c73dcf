#include <arrow/io/file.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "catalog/stores.h"
#include "costmill/error.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_listing_error(const fs::path& path, const std::error_code& error) {
  const bool denied = error == std::errc::permission_denied;
  throw Error(denied ? ErrorCode::kInputDenied : ErrorCode::kInputUnavailable,
              fmt::format("cannot read {}: {}; {}", path.string(), error.message(),
                          denied ? "give this user the right to read it" : "check the path of --input"),
              {.file = path.string()});
}

[[noreturn]] void throw_no_regular_file(const fs::path& path, const StoredFile& file) {
  throw Error(ErrorCode::kBadInput, fmt::format("{} is no regular file; take it out of the input folder", path.string()),
              {.file = file.path});
}

[[noreturn]] void throw_leads_out(const fs::path& link) {
  throw Error(ErrorCode::kBadInput,
              fmt::format("{} leads out of the input folder by a link; copy the file there, or give the folder it points into as --input",
                          link.string()),
              {.file = link.string()});
}

std::string version_of(const struct stat& status) {
  return fmt::format("{}.{:09}", static_cast<long long>(status.st_mtim.tv_sec), static_cast<long long>(status.st_mtim.tv_nsec));
}

class LocalStore final : public Store {
 public:
  explicit LocalStore(const fs::path& root) {
    std::error_code error;
    root_ = fs::canonical(root, error);
    if (error) throw_listing_error(root, error);
    if (!fs::is_directory(root_)) {
      throw Error(ErrorCode::kInputUnavailable,
                  fmt::format("{} is no folder; --input file: takes the folder that holds data/", root.string()), {.file = root.string()});
    }
  }

  std::vector<std::string> list_folders(const std::string& folder) override {
    std::vector<std::string> names;
    for_each_entry(folder, [&](const fs::directory_entry& entry, const struct stat& status) {
      if (S_ISDIR(status.st_mode)) names.push_back(entry.path().filename().string());
    });
    std::sort(names.begin(), names.end());
    return names;
  }

  std::vector<StoredFile> list_files(const std::string& folder) override {
    std::vector<StoredFile> files;
    for_each_entry(folder, [&](const fs::directory_entry& entry, const struct stat& status) {
      if (S_ISDIR(status.st_mode)) return;
      const std::string name = entry.path().filename().string();
      files.push_back({folder.empty() ? name : folder + "/" + name, static_cast<std::uint64_t>(status.st_size), version_of(status)});
    });
    std::sort(files.begin(), files.end(), [](const StoredFile& a, const StoredFile& b) { return a.path < b.path; });
    return files;
  }

  std::string uri() const override { return "file:" + root_.string(); }

 private:
  std::shared_ptr<arrow::io::RandomAccessFile> open_version(const StoredFile& file, arrow::MemoryPool* pool,
                                                            const std::atomic<bool>* /*dropped*/) override {
    const fs::path path = root_ / file.path;
    // Without O_NONBLOCK a named pipe would wait for its writer for ever.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0 && errno == ENXIO) throw_no_regular_file(path, file);  // a socket
    if (descriptor < 0) throw_listing_error(path, {errno, std::generic_category()});
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || version_of(status) != file.version ||
        static_cast<std::uint64_t>(status.st_size) != file.bytes) {
      ::close(descriptor);
      throw Error(ErrorCode::kInputChanged,
                  fmt::format("{} changed while it was being read; run again when its writer is done", path.string()), {.file = file.path});
    }
    if (!S_ISREG(status.st_mode)) {
      ::close(descriptor);
      throw_no_regular_file(path, file);
    }
    if (!is_inside_root(opened_path(descriptor, path))) {  // a link came in between
      ::close(descriptor);
      throw_leads_out(path);
    }
    auto opened = arrow::io::ReadableFile::Open(descriptor, pool);  // owns the descriptor from here
    if (!opened.ok()) {
      throw Error(ErrorCode::kInputUnavailable, fmt::format("cannot open {}: {}", path.string(), opened.status().message()),
                  {.file = file.path});
    }
    return *opened;
  }

  // Calls visit(entry, status of what it points at) for every entry that does not lead out of the root.
  template <typename Visit>
  void for_each_entry(const std::string& folder, const Visit& visit) {
    const fs::path path = root_ / folder;
    std::error_code error;
    fs::directory_iterator entries(path, error);
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return;
    if (error) throw_listing_error(path, error);
    require_inside_root(path);
    for (const fs::directory_iterator end; entries != end; entries.increment(error)) {
      if (error) throw_listing_error(path, error);
      if (entries->is_symlink(error)) require_inside_root(entries->path());
      struct stat status {};
      if (::stat(entries->path().c_str(), &status) != 0) throw_listing_error(entries->path(), {errno, std::generic_category()});
      visit(*entries, status);
    }
    if (error) throw_listing_error(path, error);
  }

  void require_inside_root(const fs::path& link) const {
    std::error_code error;
    const fs::path target = fs::canonical(link, error);
    if (error) throw_listing_error(link, error);
    if (!is_inside_root(target)) throw_leads_out(link);
  }

  bool is_inside_root(const fs::path& target) const {
    return std::mismatch(root_.begin(), root_.end(), target.begin(), target.end()).first == root_.end();
  }

  // Where an open file really lies.
  static fs::path opened_path(int descriptor, const fs::path& path) {
    std::error_code error;
    fs::path real = fs::read_symlink(fmt::format("/proc/self/fd/{}", descriptor), error);
    return error ? fs::canonical(path, error) : real;
  }

  fs::path root_;
};

}  // namespace

std::unique_ptr<Store> open_local_store(std::string_view uri) {
  std::string_view path = uri.substr(uri.find(':') + 1);
  if (path.starts_with("//")) path.remove_prefix(2);  // file:///srv/usage
  return std::make_unique<LocalStore>(fs::path(path));
}

}  // namespace costmill
