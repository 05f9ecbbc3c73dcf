#include "texts/text_hashes.h"

#include <algorithm>
#include <charconv>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace costmill {
namespace {

constexpr std::string_view kEverything = "*";
constexpr std::size_t kDigits = 8;

}  // namespace

std::uint32_t TextHashes::hash_of(std::initializer_list<std::string_view> texts) {
  XXH64_hash_t hash = 0;
  for (const std::string_view text : texts) hash = XXH3_64bits_withSeed(text.data(), text.size(), hash);
  return static_cast<std::uint32_t>(hash);
}

void TextHashes::add(std::uint32_t hash) {
  if (holds_all_) return;
  hashes_.insert(hash);
  if (hashes_.size() <= kMost) return;
  hashes_ = {};
  holds_all_ = true;
}

std::string TextHashes::to_text() const {
  if (holds_all_) return std::string(kEverything);
  std::vector<std::uint32_t> sorted(hashes_.begin(), hashes_.end());
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  text.reserve(sorted.size() * kDigits);
  for (const std::uint32_t hash : sorted) {
    for (int bits = 28; bits >= 0; bits -= 4) text += "0123456789abcdef"[hash >> bits & 15U];
  }
  return text;
}

std::optional<TextHashes> TextHashes::from_text(std::string_view text) {
  TextHashes hashes;
  if (text == kEverything) {
    hashes.holds_all_ = true;
    return hashes;
  }
  if (text.size() % kDigits != 0) return std::nullopt;
  for (; !text.empty(); text.remove_prefix(kDigits)) {
    std::uint32_t hash = 0;
    const char* const end = text.data() + kDigits;
    if (std::from_chars(text.data(), end, hash, 16).ptr != end) return std::nullopt;
    hashes.add(hash);
  }
  return hashes;
}

}  // namespace costmill
