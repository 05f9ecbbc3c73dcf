// Files that appear whole or not at all: written under a temporary name beside the target, synced, renamed over it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace costmill {

// Throws Error(kSinkDenied or kSinkUnavailable) for a failed system call: "cannot <action> <path>: ...", and what to do next.
[[noreturn]] void throw_file_error(std::string_view action, const std::filesystem::path& path, int error_number);

// Whether what is published survives a loss of power. What another sink takes over at once need not: waiting for the disk takes longer than
// a day of few rows.
enum class Durability : bool { kNone, kSynced };

// A file of ours that has no name yet that anybody would read. Removed on destruction unless published.
class PendingFile {
 public:
  explicit PendingFile(const std::filesystem::path& target, Durability durability = Durability::kSynced);
  ~PendingFile();
  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;

  void write(std::string_view bytes);
  // Bytes written by write(); cut_to() takes back what follows.
  std::uint64_t size() const { return size_; }
  void cut_to(std::uint64_t size);
  // Durable, and no longer open: for files that wait long for publish().
  void close();
  // Replaces the target (a symbolic link is replaced, not followed); durable on return.
  void publish();

  int descriptor() const { return descriptor_; }
  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& target() const { return target_; }

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;  // empty: nothing to remove
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  Durability durability_;
};

// Makes the folder and those above it, durably. Error if something else stands in the way.
void make_folder(const std::filesystem::path& folder, Durability durability = Durability::kSynced);

// Removes the file, if it is there, durably.
void remove_file(const std::filesystem::path& file);

// Renames a durable file over the target (a symbolic link is replaced, not followed); durable on return.
void move_file(const std::filesystem::path& file, const std::filesystem::path& target);

// Makes the content of a closed file durable.
void sync_file(const std::filesystem::path& file);

// Makes changes to the folder's entries durable.
void sync_folder(const std::filesystem::path& folder);

// One writer a folder. While it lives, every pending file in the folder that is not its owner's is a dead one's.
class FolderLock {
 public:
  // Throws Error(kConflict) if another run holds it.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

// Removes pending files that killed runs left in the folder. Call it under a FolderLock only.
void remove_dead_files(const std::filesystem::path& folder);

}  // namespace costmill
