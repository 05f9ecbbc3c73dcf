// Interned texts: each distinct text is stored once and known by a small integer from then on.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace costmill {

using TextId = std::uint32_t;
inline constexpr TextId kNullText = 0xFFFF'FFFF;

struct TextHash {
  using is_avalanching = void;
  std::size_t operator()(std::string_view text) const noexcept;
};

// Ids count up from 0 in order of first sight; they mean nothing across two Texts. Not thread-safe: each worker has its own.
// Views stay valid as long as the object lives (also after a move).
class Texts {
 public:
  TextId intern(std::string_view text);
  // kNullText if the text was never interned.
  TextId find(std::string_view text) const;
  // Takes a text as it lies elsewhere, where it outlives this object, and that nobody interns here.
  TextId adopt(std::string_view text) {
    texts_.push_back(text);
    return static_cast<TextId>(texts_.size() - 1);
  }
  std::string_view operator[](TextId id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }
  // Bytes held, for the memory budget.
  std::size_t memory_bytes() const;
  // Called with the bytes that are about to be added whenever texts have grown by a few MiB, and at once before a text that large;
  // what it throws comes out of intern(), and the text is not taken.
  void guard_growth(std::function<void(std::size_t)> guard) { guard_ = std::move(guard); }

 private:
  TextId find_or_store(std::string_view text);
  std::string_view store(std::string_view text);
  void begin_block(std::size_t bytes);

  static constexpr std::size_t kBlockBytes = 64 * 1024;
  static constexpr std::size_t kGuardedBytes = 4 << 20;

  // The texts asked for last, by a hash of some of their bytes: a label text of half a kilobyte that comes again costs one
  // comparison instead of being hashed.
  std::vector<TextId> recent_;
  std::vector<std::string_view> texts_;
  boost::unordered_flat_map<std::string_view, TextId, TextHash> ids_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_begin_ = nullptr;
  std::size_t free_bytes_ = 0;
  std::size_t stored_bytes_ = 0;
  std::function<void(std::size_t)> guard_;
  std::size_t guarded_bytes_ = kGuardedBytes;
};

}  // namespace costmill
