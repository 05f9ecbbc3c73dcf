#include "labels/json_strings.h"

#include <algorithm>
#include <charconv>

#include "texts/utf8.h"

namespace costmill {
namespace {

constexpr std::size_t kUnicodeEscapeBytes = 6;  // \uXXXX

bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// The UTF-16 unit of a \uXXXX at the start of `escaped`; 0 if none stands there.
char32_t unicode_escape(std::string_view escaped) {
  if (escaped.size() < kUnicodeEscapeBytes || !escaped.starts_with("\\u")) return 0;
  unsigned unit = 0;
  std::from_chars(escaped.data() + 2, escaped.data() + kUnicodeEscapeBytes, unit, 16);
  return unit;
}

// Returns the bytes of `escaped` that were used: one escape, or two for a surrogate pair.
std::size_t append_unicode_escape(std::string& out, std::string_view escaped) {
  const char32_t unit = unicode_escape(escaped);
  if (is_high_surrogate(unit)) {
    const char32_t next = unicode_escape(escaped.substr(kUnicodeEscapeBytes));
    if (is_low_surrogate(next)) {
      append_utf8(out, 0x1'0000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
      return 2 * kUnicodeEscapeBytes;
    }
  }
  const bool lone = is_high_surrogate(unit) || is_low_surrogate(unit);
  append_utf8(out, lone ? U'?' : unit);
  return kUnicodeEscapeBytes;
}

char short_escape(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;  // " \ /
  }
}

bool must_be_escaped(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  out += "\\u00";
  out += kHexDigits[static_cast<unsigned char>(c) >> 4];
  out += kHexDigits[static_cast<unsigned char>(c) & 0xF];
}

}  // namespace

void append_unescaped(std::string& out, std::string_view escaped) {
  while (!escaped.empty()) {
    const std::size_t plain = std::min(escaped.find('\\'), escaped.size());
    out += escaped.substr(0, plain);
    escaped.remove_prefix(plain);
    if (escaped.empty()) return;
    if (escaped[1] == 'u') {
      escaped.remove_prefix(append_unicode_escape(out, escaped));
    } else {
      out += short_escape(escaped[1]);
      escaped.remove_prefix(2);
    }
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain_begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!must_be_escaped(text[i])) continue;
    out += text.substr(plain_begin, i - plain_begin);
    append_escape(out, text[i]);
    plain_begin = i + 1;
  }
  out += text.substr(plain_begin);
  out += '"';
}

}  // namespace costmill
