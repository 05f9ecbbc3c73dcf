#include "sink/pending_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include "costmill/error.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

// A leading dot hides the file from listings and from readers of whole folders of Parquet files.
constexpr std::string_view kPendingPrefix = ".costmill-";
constexpr std::string_view kPendingSuffix = ".tmp";

std::string advice_for(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM: return "give this user the right to write there, or choose another place";
    case EROFS: return "the file system is read-only: choose another place";
    case ENOSPC:
    case EDQUOT: return "free some space, or choose another place";
    case ENOTDIR:
    case EEXIST: return "a file stands where a folder should be: choose another place";
    case EISDIR: return "a folder stands where a file should be: choose another place";
    default: return "check the path";
  }
}

void sync_descriptor(int descriptor, const fs::path& path) {
  int result = -1;
  do {
    result = ::fsync(descriptor);
  } while (result != 0 && errno == EINTR);
  if (result != 0) throw_file_error("sync", path, errno);
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace

void throw_file_error(std::string_view action, const fs::path& path, int error_number) {
  const bool denied = error_number == EACCES || error_number == EPERM || error_number == EROFS;
  throw Error(
      denied ? ErrorCode::kSinkDenied : ErrorCode::kSinkUnavailable,
      fmt::format("cannot {} {}: {}; {}", action, path.string(), std::generic_category().message(error_number), advice_for(error_number)),
      {.file = path.string()});
}

PendingFile::PendingFile(const fs::path& target, Durability durability) : target_(target), durability_(durability) {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    path_ = folder_of(target) / fmt::format("{}{}-{:016x}{}", kPendingPrefix, ::getpid(), random(), kPendingSuffix);
    // O_EXCL: neither a file nor a link that somebody put there is ever written to.
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && (errno != EEXIST || attempt == 100)) {
      throw_file_error("create a file in", folder_of(target), errno);
    }
  }
}

PendingFile::~PendingFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : target_(std::move(other.target_)),
      path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      durability_(other.durability_) {}

void PendingFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_file_error("write", target_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
}

void PendingFile::cut_to(std::uint64_t size) {
  const auto end = static_cast<off_t>(size);
  if (::ftruncate(descriptor_, end) != 0 || ::lseek(descriptor_, end, SEEK_SET) != end) throw_file_error("write", target_, errno);
  size_ = size;
}

void PendingFile::close() {
  if (descriptor_ < 0) return;
  if (durability_ == Durability::kSynced) sync_descriptor(descriptor_, target_);
  // Some file systems report a failed write only here.
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) throw_file_error("write", target_, errno);
}

void PendingFile::publish() {
  close();
  if (::rename(path_.c_str(), target_.c_str()) != 0) throw_file_error("replace", target_, errno);
  path_.clear();
  if (durability_ == Durability::kSynced) sync_folder(folder_of(target_));
}

void make_folder(const fs::path& folder, Durability durability) {
  std::vector<fs::path> missing;
  fs::path at = folder;
  struct stat status {};
  while (!at.empty() && ::lstat(at.c_str(), &status) != 0) {
    if (errno != ENOENT) throw_file_error("make folder", at, errno);
    missing.push_back(at);
    at = at.parent_path();
  }
  if (!fs::is_directory(at.empty() ? fs::path(".") : at)) throw_file_error("make folder", folder, ENOTDIR);
  for (auto next = missing.rbegin(); next != missing.rend(); ++next) {
    if (::mkdir(next->c_str(), 0777) != 0 && errno != EEXIST) throw_file_error("make folder", *next, errno);
    if (durability == Durability::kSynced) sync_folder(folder_of(*next));
  }
}

void remove_file(const fs::path& file) {
  if (::unlink(file.c_str()) == 0) return sync_folder(folder_of(file));
  if (errno != ENOENT) throw_file_error("remove", file, errno);
}

void move_file(const fs::path& file, const fs::path& target) {
  if (::rename(file.c_str(), target.c_str()) != 0) throw_file_error("replace", target, errno);
  sync_folder(folder_of(target));
}

void sync_file(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_file_error("open", file, errno);
  const int result = ::fsync(descriptor);
  const int error_number = errno;
  ::close(descriptor);
  if (result != 0) throw_file_error("sync", file, error_number);
}

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw_file_error("open folder", folder, errno);
  const int result = ::fsync(descriptor);
  const int error_number = errno;
  ::close(descriptor);
  // Some network file systems cannot sync folders; their renames are durable on return.
  if (result != 0 && error_number != EINVAL && error_number != ENOTSUP) throw_file_error("sync", folder, error_number);
}

FolderLock::FolderLock(const fs::path& folder) : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw_file_error("open folder", folder, errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int error_number = errno;
  // A file system that knows no locks (some network ones) is used without.
  if (error_number != EWOULDBLOCK) return;
  ::close(descriptor_);
  throw Error(ErrorCode::kConflict, fmt::format("another run is writing to {}; wait until it is done and run again", folder.string()),
              {.file = folder.string()});
}

FolderLock::~FolderLock() { ::close(descriptor_); }

void remove_dead_files(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kPendingPrefix) && name.ends_with(kPendingSuffix)) ::unlink(entry->path().c_str());
  }
}

}  // namespace costmill
