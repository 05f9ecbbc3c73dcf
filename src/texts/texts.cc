#include "texts/texts.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace costmill {
namespace {

constexpr std::size_t kRecentTexts = 16 * 1024;

std::uint64_t sample_hash(std::string_view text) {
  constexpr std::uint64_t kMultiplier = 0x9E37'79B9'7F4A'7C15U;
  std::uint64_t hash = text.size() * kMultiplier;
  const auto mix = [&](std::size_t offset, std::size_t bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + offset, bytes);
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 32U;
  };
  constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
  constexpr std::size_t kSamples = 6;
  if (text.size() < kWordBytes) {
    if (!text.empty()) mix(0, text.size());
    return hash;
  }
  const std::size_t last = text.size() - kWordBytes;
  for (std::size_t i = 0; i < kSamples; ++i) mix(last * i / (kSamples - 1), kWordBytes);
  return hash;
}

}  // namespace

std::size_t TextHash::operator()(std::string_view text) const noexcept { return XXH3_64bits(text.data(), text.size()); }

TextId Texts::intern(std::string_view text) {
  if (recent_.empty()) recent_.assign(kRecentTexts, kNullText);
  TextId& recent = recent_[sample_hash(text) % kRecentTexts];
  if (recent == kNullText || texts_[recent] != text) recent = find_or_store(text);
  return recent;
}

TextId Texts::find(std::string_view text) const {
  const auto found = ids_.find(text);
  return found == ids_.end() ? kNullText : found->second;
}

TextId Texts::find_or_store(std::string_view text) {
  const auto found = ids_.find(text);
  if (found != ids_.end()) return found->second;
  const auto id = static_cast<TextId>(texts_.size());
  const std::string_view stored = store(text);
  texts_.push_back(stored);
  ids_.emplace(stored, id);
  return id;
}

void Texts::begin_block(std::size_t bytes) {
  if (stored_bytes_ + bytes > guarded_bytes_) {
    if (guard_) guard_(bytes);
    guarded_bytes_ = stored_bytes_ + bytes + kGuardedBytes;
  }
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
  stored_bytes_ += bytes;
}

std::string_view Texts::store(std::string_view text) {
  if (text.empty()) return "";
  if (text.size() > free_bytes_) {
    // A long text gets a block of its own, so that the rest of the current block is not lost to it.
    const bool own_block = text.size() > kBlockBytes / 8;
    const std::size_t bytes = own_block ? text.size() : kBlockBytes;
    begin_block(bytes);
    if (own_block) {
      std::memcpy(blocks_.back().get(), text.data(), text.size());
      return {blocks_.back().get(), text.size()};
    }
    free_begin_ = blocks_.back().get();
    free_bytes_ = bytes;
  }
  std::memcpy(free_begin_, text.data(), text.size());
  const std::string_view stored(free_begin_, text.size());
  free_begin_ += text.size();
  free_bytes_ -= text.size();
  return stored;
}

std::size_t Texts::memory_bytes() const {
  return stored_bytes_ + recent_.capacity() * sizeof(TextId) + texts_.capacity() * sizeof(std::string_view) +
         ids_.bucket_count() * (sizeof(std::string_view) + sizeof(TextId) + 1);
}

}  // namespace costmill
