#include "config/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace costmill {
namespace {

// Closed when it goes.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

TextFile system_failure() {
  return {.text = "", .failure = std::generic_category().message(errno), .is_missing = errno == ENOENT || errno == ENOTDIR};
}

TextFile failure(const char* reason) { return {.text = "", .failure = reason}; }

}  // namespace

TextFile read_text_file(const std::string& path) {
  if (path.find('\0') != std::string::npos) return failure("its name holds a NUL character");
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.number < 0) return errno == ENXIO ? failure("it is no regular file") : system_failure();
  struct stat status {};
  if (::fstat(file.number, &status) != 0) return system_failure();
  if (S_ISDIR(status.st_mode)) return failure("it is a directory");
  if (!S_ISREG(status.st_mode)) return failure("it is no regular file");
  TextFile read;
  char block[64 * 1024];
  for (;;) {
    const ssize_t bytes = ::read(file.number, block, sizeof block);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return system_failure();
    if (bytes == 0) return read;
    read.text.append(block, static_cast<std::size_t>(bytes));
    if (read.text.size() > kLargestTextFileBytes) return failure("it is larger than 4 MiB");
  }
}

}  // namespace costmill
