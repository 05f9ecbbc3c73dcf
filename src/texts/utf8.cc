#include "texts/utf8.h"

#include <cstdint>
#include <cstring>

namespace costmill {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Bytes from `at` on that are ASCII for sure, eight at a time.
const char* skip_ascii_words(const char* at, const char* end) {
  constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  return at;
}

// Length of the sequence that begins with a byte >= 0x80; 0 if it is no well-formed one.
std::size_t sequence_length(const char* at, const char* end) {
  const auto lead = static_cast<unsigned char>(at[0]);
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (static_cast<std::size_t>(end - at) < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(at[i])) return 0;
  }
  const auto second = static_cast<unsigned char>(at[1]);
  if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
  if (lead == 0xED && second > 0x9F) return 0;  // a surrogate
  if (lead == 0xF0 && second < 0x90) return 0;  // overlong
  if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
  return length;
}

}  // namespace

bool valid_utf8(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    at = skip_ascii_words(at, end);
    while (at < end && static_cast<unsigned char>(*at) < 0x80) ++at;
    if (at == end) return true;
    while (at < end && static_cast<unsigned char>(*at) >= 0x80) {
      const std::size_t length = sequence_length(at, end);
      if (length == 0) return false;
      at += length;
    }
  }
}

std::size_t code_point_count(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += continues(byte) ? 0 : 1;
  return count;
}

std::size_t next_code_point(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && continues(text[at])) ++at;
  return at;
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto tail = [code_point](int shift) { return static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)); };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += {static_cast<char>(0xC0 | (code_point >> 6)), tail(0)};
  } else if (code_point < 0x1'0000) {
    out += {static_cast<char>(0xE0 | (code_point >> 12)), tail(6), tail(0)};
  } else {
    out += {static_cast<char>(0xF0 | (code_point >> 18)), tail(12), tail(6), tail(0)};
  }
}

}  // namespace costmill
