// label_texts [--only KEY...]: label texts from standard input, what becomes of them to standard output; for label_texts_test.py.
// Both ways a text is its length in four bytes, little-endian, and its bytes. The answer is the canonical JSON, null, or ! and the
// reason of the refusal. --only: the enabled keys; without it every key is kept.
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "labels/label_maps.h"

namespace {

using costmill::EnabledKeys;
using costmill::LabelMapId;
using costmill::LabelMaps;

bool read_text(std::string& text) {
  unsigned char length[4];
  if (std::fread(length, 1, sizeof length, stdin) != sizeof length) return false;
  text.resize(length[0] | length[1] << 8 | length[2] << 16 | std::uint32_t{length[3]} << 24);
  return std::fread(text.data(), 1, text.size(), stdin) == text.size();
}

void write_text(std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  const unsigned char length[4] = {static_cast<unsigned char>(size), static_cast<unsigned char>(size >> 8),
                                   static_cast<unsigned char>(size >> 16), static_cast<unsigned char>(size >> 24)};
  std::fwrite(length, 1, sizeof length, stdout);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string answer(LabelMaps& maps, std::string_view label_text) {
  try {
    const LabelMapId map = maps.parse(label_text);
    return map == costmill::kNullLabelMap ? "null" : std::string(maps.json(map));
  } catch (const costmill::LabelError& error) {
    return std::string("!") + error.what();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments[0] != "--only") {
    std::fputs("usage: label_texts [--only KEY...]\n", stderr);
    return 2;
  }
  const EnabledKeys enabled = arguments.empty() ? EnabledKeys::all() : EnabledKeys::only({arguments.begin() + 1, arguments.end()});
  LabelMaps maps(enabled);
  for (std::string label_text; read_text(label_text);) write_text(answer(maps, label_text));
  return std::fflush(stdout) == 0 ? 0 : 1;
}
