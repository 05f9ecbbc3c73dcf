#include "labels/label_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "labels/java_double.h"
#include "labels/json_strings.h"
#include "texts/ascii.h"
#include "texts/utf8.h"

namespace costmill {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Bytes that stand for themselves inside a JSON string.
constexpr std::array<bool, 256> kPlainBytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < plain.size(); ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

std::string shown(std::string_view key) {
  constexpr std::size_t kShownBytes = 60;
  return fmt::format("{:?}{}", key.substr(0, kShownBytes), key.size() > kShownBytes ? "..." : "");
}

// Any order will do to bring equal keys together; lengths are compared faster than bytes.
bool shorter_or_before(std::string_view a, std::string_view b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

}  // namespace

std::optional<std::span<const LabelEntry>> LabelParser::parse(std::string_view label_text) {
  begin_ = at_ = label_text.data();
  end_ = begin_ + label_text.size();
  keys_.clear();
  kept_.clear();
  texts_.clear();

  if (!valid_utf8(label_text)) throw LabelError("bytes that are not UTF-8");
  if (label_text.starts_with(kByteOrderMark)) throw LabelError("a byte order mark");
  skip_blanks();
  if (at_ == end_) throw LabelError("an empty text, where a JSON object is expected");
  const bool is_null = skip_word("null");
  if (!is_null && peek() != '{') throw LabelError("no JSON object");
  if (!is_null) parse_object();
  skip_blanks();
  if (at_ != end_) fail("text after the end of the value");
  if (is_null) return std::nullopt;

  refuse_keys_twice();
  std::sort(kept_.begin(), kept_.end(), [](const LabelEntry& a, const LabelEntry& b) { return a.key < b.key; });
  return kept_;
}

void LabelParser::parse_object() {
  ++at_;  // {
  skip_blanks();
  if (peek() == '}') {
    ++at_;
    return;
  }
  for (;;) {
    parse_member();
    skip_blanks();
    if (peek() != ',') break;
    ++at_;
    skip_blanks();
  }
  expect('}', "',' or '}' is expected");
}

void LabelParser::parse_member() {
  const std::string_view key = text_of(scan_string());
  keys_.push_back(key);
  const bool kept = enabled_keys_.keeps(key);
  if (kept && has_nul(key)) throw LabelError(fmt::format("a NUL character (\\u0000) in the key {}", shown(key)));
  skip_blanks();
  expect(':', "':' is expected");
  skip_blanks();

  std::optional<std::string_view> value;
  const char first = peek();
  if (first == '"') {
    const RawString raw = scan_string();
    if (kept) value = text_of(raw);
    if (value && raw.has_escapes && has_nul(*value)) {
      throw LabelError(fmt::format("a NUL character (\\u0000) in the value of {}", shown(key)));
    }
  } else if (first == '-' || is_digit(first)) {
    const std::string_view number = scan_number();
    if (kept) value = number_text(number);
  } else if (skip_word("true")) {
    value = "true";
  } else if (skip_word("false")) {
    value = "false";
  } else if (first == '{' || first == '[') {
    throw LabelError(fmt::format("an {} as the value of {}", first == '{' ? "object" : "array", shown(key)));
  } else if (!skip_word("null")) {
    fail("a string, number, true, false or null is expected");
  }
  if (kept) kept_.push_back({key, value});
}

LabelParser::RawString LabelParser::scan_string() {
  expect('"', "a string in double quotes is expected");
  const char* const inside = at_;
  bool has_escapes = false;
  for (;;) {
    while (at_ < end_ && kPlainBytes[static_cast<unsigned char>(*at_)]) ++at_;
    if (at_ == end_) fail("the string is never closed");
    if (*at_ == '"') break;
    if (*at_ != '\\') fail("a raw control character in a string");
    scan_escape();
    has_escapes = true;
  }
  const RawString raw{{inside, static_cast<std::size_t>(at_ - inside)}, has_escapes};
  ++at_;
  return raw;
}

void LabelParser::scan_escape() {
  ++at_;
  const char letter = peek();
  if (letter == 'u') {
    constexpr std::ptrdiff_t kHexDigits = 4;
    if (end_ - at_ <= kHexDigits || !std::all_of(at_ + 1, at_ + 1 + kHexDigits, is_hex_digit)) fail("\\u without four hex digits");
    at_ += 1 + kHexDigits;
    return;
  }
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  if (kLetters.find(letter) == std::string_view::npos) fail("an unknown escape in a string");
  ++at_;
}

std::string_view LabelParser::scan_number() {
  const char* const number = at_;
  if (peek() == '-') ++at_;
  if (peek() == '0') {
    ++at_;
  } else {
    scan_digits();
  }
  if (peek() == '.') {
    ++at_;
    scan_digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    scan_digits();
  }
  return {number, static_cast<std::size_t>(at_ - number)};
}

void LabelParser::scan_digits() {
  if (!is_digit(peek())) fail("a digit is expected");
  while (is_digit(peek())) ++at_;
}

std::string_view LabelParser::text_of(RawString raw) {
  if (!raw.has_escapes) return raw.inside;
  std::string text;
  append_unescaped(text, raw.inside);
  return keep_text(std::move(text));
}

std::string_view LabelParser::number_text(std::string_view number) {
  if (number.find_first_of(".eE") != std::string_view::npos) return keep_text(java_text(nearest_double(number)));
  return number == "-0" ? std::string_view("0") : number;
}

std::string_view LabelParser::keep_text(std::string text) { return texts_.emplace_back(std::move(text)); }

void LabelParser::refuse_keys_twice() {
  std::sort(keys_.begin(), keys_.end(), shorter_or_before);
  const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
  if (twice != keys_.end()) throw LabelError(fmt::format("a key twice: {}", shown(*twice)));
}

void LabelParser::skip_blanks() {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
}

bool LabelParser::skip_word(std::string_view word) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

void LabelParser::expect(char c, const char* what_is_expected) {
  if (peek() != c) fail(what_is_expected);
  ++at_;
}

void LabelParser::fail(const char* what_is_wrong) const {
  throw LabelError(fmt::format("invalid JSON at byte {}: {}", at_ - begin_, what_is_wrong));
}

}  // namespace costmill
