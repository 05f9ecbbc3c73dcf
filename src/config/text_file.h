// Small files that people write: the config file, AWS profiles.
#pragma once

#include <cstddef>
#include <string>

namespace costmill {

// Far beyond any such file; keeps a mistaken `--config big.parquet` out of memory.
inline constexpr std::size_t kLargestTextFileBytes = 4 << 20;

struct TextFile {
  std::string text;
  std::string failure;  // why there is no text; empty: there is
  bool is_missing = false;
};

// Never waits: what is no regular file (a named pipe, a device) is not read.
TextFile read_text_file(const std::string& path);

}  // namespace costmill
