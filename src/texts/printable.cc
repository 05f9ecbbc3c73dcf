#include "texts/printable.h"

#include <fmt/format.h>

#include <algorithm>

#include "texts/utf8.h"

namespace costmill {
namespace {

constexpr std::size_t kLongestShown = 80;

// The code point of a well-formed sequence.
char32_t code_point_of(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  char32_t code_point = sequence.size() == 1 ? byte(0) : byte(0) & (0x7FU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) code_point = (code_point << 6) | (byte(i) & 0x3FU);
  return code_point;
}

bool steers(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) ||       // C0, DEL, C1
         c == 0x061C || c == 0x200E || c == 0x200F ||  // marks of direction
         (c >= 0x2028 && c <= 0x202E) ||               // separators of lines and paragraphs; embeddings and overrides
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;  // isolates; the byte order mark
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

std::string printable(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const bool is_ascii = static_cast<unsigned char>(text[at]) < 0x80;
    const std::string_view sequence = text.substr(at, is_ascii ? 1 : next_code_point(text, at) - at);
    if (!valid_utf8(sequence)) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
      ++at;
      continue;
    }
    const char32_t code_point = code_point_of(sequence);
    if (!steers(code_point)) {
      shown += sequence;
    } else if (code_point <= 0xFF) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned>(code_point));
    } else {
      shown += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(code_point));
    }
    at += sequence.size();
  }
  return shown;
}

std::string as_shown(std::string_view text) {
  if (text.size() <= kLongestShown) return fmt::format("'{}'", printable(text));
  std::size_t end = kLongestShown;
  while (end > kLongestShown - 3 && is_continuation(text[end])) --end;
  return fmt::format("'{}...'", printable(text.substr(0, end)));
}

}  // namespace costmill
