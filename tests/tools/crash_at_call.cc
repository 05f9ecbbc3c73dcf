// Preloaded into a program (LD_PRELOAD), kills it as `kill -9` would, right before its n-th call of those that change what others see
// on a disk: n is CRASH_AT_CALL. Without it the calls go through. Nothing is synced, for a process that dies takes nothing with it that
// the system has.
#include <dlfcn.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace {

std::atomic<int> calls{0};

int call_to_die_at() {
  const char* const text = std::getenv("CRASH_AT_CALL");
  return text == nullptr ? 0 : std::atoi(text);
}

void count_call() {
  static const int last = call_to_die_at();
  if (++calls == last) ::kill(::getpid(), SIGKILL);
}

template <typename Function>
Function* following(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int rename(const char* from, const char* to) noexcept {
  static const auto next = following<int(const char*, const char*)>("rename");
  count_call();
  return next(from, to);
}

int unlink(const char* path) noexcept {
  static const auto next = following<int(const char*)>("unlink");
  count_call();
  return next(path);
}

int fsync(int /*descriptor*/) {
  count_call();
  return 0;
}

int fdatasync(int /*descriptor*/) {
  count_call();
  return 0;
}

int ftruncate64(int descriptor, off64_t size) noexcept {
  static const auto next = following<int(int, off64_t)>("ftruncate64");
  count_call();
  return next(descriptor, size);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t offset) {
  static const auto next = following<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  count_call();
  return next(descriptor, bytes, count, offset);
}

}  // extern "C"
