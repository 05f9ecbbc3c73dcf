// LIKE patterns of cost categories and patterns of paths, against tables of every prefix with every prefix.
#include <algorithm>
#include <string>
#include <vector>

#include "catalog/path_pattern.h"
#include "fuzz.h"
#include "reference/reference_data.h"
#include "texts/utf8.h"

namespace {

using costmill::fuzz::require;

// Both as lists of code points, or of bytes.
using Symbols = std::vector<std::string_view>;

Symbols code_points(std::string_view text) {
  Symbols symbols;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = costmill::next_code_point(text, at);
    symbols.push_back(text.substr(at, next - at));
    at = next;
  }
  return symbols;
}

Symbols bytes(std::string_view text) {
  Symbols symbols;
  for (std::size_t at = 0; at < text.size(); ++at) symbols.push_back(text.substr(at, 1));
  return symbols;
}

bool slowly_matches(const Symbols& text, const Symbols& pattern, std::string_view any_run, std::string_view any_one) {
  std::vector<char> matches(text.size() + 1, 0);  // by prefix of the text, for the prefix of the pattern so far
  matches[0] = 1;
  for (const std::string_view rule : pattern) {
    std::vector<char> next(text.size() + 1, 0);
    for (std::size_t end = 0; end <= text.size(); ++end) {
      if (rule == any_run) {
        next[end] = static_cast<char>(matches[end] != 0 || (end > 0 && next[end - 1] != 0));
      } else {
        next[end] = static_cast<char>(end > 0 && matches[end - 1] != 0 && (rule == any_one || rule == text[end - 1]));
      }
    }
    matches = std::move(next);
  }
  return matches.back() != 0;
}

// The same folders at every level.
class Folders final : public costmill::Store {
 public:
  explicit Folders(std::vector<std::string> names) : names_(std::move(names)) {}
  std::vector<std::string> list_folders(const std::string& folder) override {
    constexpr std::ptrdiff_t kDeepest = 4;
    return std::count(folder.begin(), folder.end(), '/') < kDeepest ? names_ : std::vector<std::string>();
  }
  std::vector<costmill::StoredFile> list_files(const std::string&) override { return {}; }
  std::string uri() const override { return "fuzz:"; }

 private:
  std::shared_ptr<arrow::io::RandomAccessFile> open_version(const costmill::StoredFile&, arrow::MemoryPool*,
                                                            const std::atomic<bool>*) override {
    return nullptr;
  }
  std::vector<std::string> names_;
};

void check_path_pattern(const std::string& pattern, std::vector<std::string> names) {
  const costmill::PathParts parts = costmill::parts_of(pattern);
  require(pattern.starts_with(parts.parents + parts.folders), "the parts of a pattern are its parts");
  using costmill::kMonth;
  using costmill::kProviderUuid;
  using costmill::kYear;
  require(pattern.starts_with(costmill::cut_below(pattern, {kYear, kMonth})), "a pattern is cut off at its end");
  Folders store(std::move(names));
  costmill::fuzz::succeeds([&] {
    for (const auto& found : costmill::names_in_folders(store, pattern)) {
      for (const auto& [name, text] : found) require(text.find('/') == std::string::npos, "a name is of one level");
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto texts = costmill::fuzz::texts_in(costmill::fuzz::text_of(data, size));
  if (texts.size() < 2) return 0;
  const std::string_view text = texts[0];
  const std::string_view pattern = texts[1];
  constexpr std::size_t kLongest = 512;  // of the slow way
  if (text.size() <= kLongest && pattern.size() <= kLongest) {
    if (costmill::valid_utf8(text) && costmill::valid_utf8(pattern)) {
      require(costmill::matches_like(text, pattern) == slowly_matches(code_points(text), code_points(pattern), "%", "_"), "LIKE");
    }
    require(costmill::matches_level(text, pattern) == slowly_matches(bytes(text), bytes(pattern), "*", ""), "a level's pattern");
  }
  (void)costmill::matches_like(text, pattern);
  constexpr std::size_t kMostNames = 4;
  std::vector<std::string> names;
  for (std::size_t i = 2; i < std::min(texts.size(), 2 + kMostNames); ++i) {
    if (!texts[i].empty() && texts[i].find('/') == std::string_view::npos) names.emplace_back(texts[i].substr(0, 64));
  }
  constexpr std::size_t kLongestPath = 256;
  check_path_pattern(std::string(pattern.substr(0, kLongestPath)), names);
  return 0;
}
