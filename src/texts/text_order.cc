#include "texts/text_order.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace costmill {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
// Runs this short are compared; their words would be read for nothing.
constexpr std::size_t kFewTexts = 4;
// Each word that texts share is a call in a call. Texts that are equal for so many words are compared.
constexpr int kMostCalls = 32;

struct Entry {
  std::uint64_t word;  // bytes behind the shared ones as a big-endian number, 0 where the text has ended
  std::string_view text;
  TextId id;
};

std::uint64_t word_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  if (at < text.size()) std::memcpy(&word, text.data() + at, std::min(kWord, text.size() - at));
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

// Length of what all texts begin with; they share at least `known`.
std::size_t shared_bytes(std::span<const Entry> entries, std::size_t known) {
  const std::string_view first = entries.front().text;
  std::size_t shared = first.size();
  for (const Entry& entry : entries) {
    const std::string_view text = entry.text.substr(0, shared);
    const auto differing =
        std::mismatch(text.begin() + static_cast<std::ptrdiff_t>(known), text.end(), first.begin() + static_cast<std::ptrdiff_t>(known));
    shared = static_cast<std::size_t>(differing.first - text.begin());
    if (shared == known) break;
  }
  return shared;
}

void sort(std::span<Entry> entries, std::size_t shared, int calls) {
  if (entries.size() <= kFewTexts || calls == kMostCalls) {
    std::sort(entries.begin(), entries.end(),
              [&](const Entry& a, const Entry& b) { return a.text.substr(shared) < b.text.substr(shared); });
    return;
  }
  shared = shared_bytes(entries, shared);
  for (Entry& entry : entries) entry.word = word_at(entry.text, shared);
  // Of texts with equal words those that end within the word come first, the shorter before the longer: they end in NULs, or are equal.
  const auto bytes = [&](const Entry& entry) { return std::min(kWord, entry.text.size() - shared); };
  std::sort(entries.begin(), entries.end(),
            [&](const Entry& a, const Entry& b) { return a.word != b.word ? a.word < b.word : bytes(a) < bytes(b); });
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && entries[end].word == entries[begin].word) ++end;
    while (begin < end && bytes(entries[begin]) < kWord) ++begin;
    if (end - begin > 1) sort(entries.subspan(begin, end - begin), shared + kWord, calls + 1);
    begin = end;
  }
}

}  // namespace

void sort_by_text(std::span<TextId> ids, const Texts& texts) {
  std::vector<Entry> entries;
  entries.reserve(ids.size());
  for (const TextId id : ids) entries.push_back({0, texts[id], id});
  sort(entries, 0, 0);
  std::transform(entries.begin(), entries.end(), ids.begin(), [](const Entry& entry) { return entry.id; });
}

}  // namespace costmill
