// What the fuzz targets share. An Error is a proper answer to a bad input; whatever else goes wrong ends the process, which is a finding.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "costmill/error.h"

namespace costmill::fuzz {

inline void require(bool holds, const char* invariant) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", invariant);
  std::abort();
}

// False if the action threw an Error that blames the input.
template <typename Action>
bool succeeds(const Action& action) {
  try {
    action();
    return true;
  } catch (const Error& error) {
    require(error.code() != ErrorCode::kBug, "no input is answered with a bug");
    require(!std::string_view(error.what()).empty(), "every error says something");
    return false;
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

// Cut at a byte that no UTF-8 text has.
inline std::vector<std::string_view> texts_in(std::string_view input) {
  constexpr char kBetweenTexts = '\xFF';
  std::vector<std::string_view> texts;
  for (;;) {
    const std::size_t end = input.find(kBetweenTexts);
    texts.push_back(input.substr(0, end));
    if (end == std::string_view::npos) return texts;
    input.remove_prefix(end + 1);
  }
}

// A file in memory, for code that wants a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || ::write(descriptor_, content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
      throw std::runtime_error("no file in memory");
    }
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace costmill::fuzz
