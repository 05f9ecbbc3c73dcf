// A set of texts of which only short hashes are kept: small enough to be remembered for every day.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace costmill {

// May say that it holds a text which it does not, never the other way round. Beyond kMost texts it holds everything.
class TextHashes {
 public:
  static constexpr std::size_t kMost = 4096;

  // Of several texts that belong together, too. The same on every machine, as it is stored.
  static std::uint32_t hash_of(std::initializer_list<std::string_view> texts);

  void add(std::uint32_t hash);
  bool may_hold(std::uint32_t hash) const { return holds_all_ || hashes_.contains(hash); }

  // Eight hex digits a text, ascending; `*`: everything. nullopt from what is neither.
  std::string to_text() const;
  static std::optional<TextHashes> from_text(std::string_view text);

  bool operator==(const TextHashes&) const = default;

 private:
  boost::unordered_flat_set<std::uint32_t> hashes_;
  bool holds_all_ = false;
};

}  // namespace costmill
