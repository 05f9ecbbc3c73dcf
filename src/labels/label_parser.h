// A label text, a flat JSON object of scalars, becomes entries. Rule 2.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "labels/enabled_keys.h"

namespace costmill {

// Why a label text is refused; what() is a phrase such as "a key twice". The caller adds file and column.
class LabelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct LabelEntry {
  std::string_view key;
  std::optional<std::string_view> value;  // nullopt: JSON null
};

// Strict and without recursion; time grows with the length of the text (n log n for the keys), whatever is in it.
// Own code rather than a JSON library: the rules want integers of any length as written, keys twice refused, lone surrogates as
// '?', and values that are dropped anyway must be checked but need not be converted.
class LabelParser {
 public:
  // enabled_keys must live as long as the parser.
  explicit LabelParser(const EnabledKeys&&) = delete;
  explicit LabelParser(const EnabledKeys& enabled_keys) : enabled_keys_(enabled_keys) {}

  // The entries of enabled keys, sorted by key (UTF-8 bytes); nullopt for JSON null. The views point into label_text or into the
  // parser: they live until the next call. Throws LabelError.
  std::optional<std::span<const LabelEntry>> parse(std::string_view label_text);
  // All keys of that text, also those that are dropped.
  std::span<const std::string_view> keys() const { return keys_; }

 private:
  // Inside of a string, as written.
  struct RawString {
    std::string_view inside;
    bool has_escapes;
  };

  void parse_object();
  void parse_member();
  RawString scan_string();
  void scan_escape();
  std::string_view scan_number();
  void scan_digits();
  std::string_view text_of(RawString raw);
  std::string_view number_text(std::string_view number);
  std::string_view keep_text(std::string text);
  void refuse_keys_twice();

  char peek() const { return at_ < end_ ? *at_ : '\0'; }
  void skip_blanks();
  bool skip_word(std::string_view word);
  void expect(char c, const char* what_is_expected);
  [[noreturn]] void fail(const char* what_is_wrong) const;

  const EnabledKeys& enabled_keys_;
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::vector<std::string_view> keys_;  // all of them
  std::vector<LabelEntry> kept_;
  std::deque<std::string> texts_;  // what is not in the label text as such; a deque, so that views into it stay
};

}  // namespace costmill
