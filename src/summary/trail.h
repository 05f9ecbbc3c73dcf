// What the next rows will probably be: what followed the last rows when they came before.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace costmill {

// The slots of the rows of a day, in order. Pods mostly come in the order of the hour before, with some that end and some that begin;
// where they do not, the trail is left for some blocks of rows. It only guesses: whoever follows it checks each slot.
class Trail {
 public:
  static constexpr std::size_t kBlock = 64;

  // Along a block of rows; apart from the trail, so that it stays in registers.
  class Walk {
   public:
    std::uint32_t expected() const { return slots_[next_ % kSteps]; }
    void came_as_expected() { ++next_; }
    // Another slot came: one that stands a little ahead, so that rows in between are gone; or one that was put in.
    void strayed_to(std::uint32_t slot) {
      ++strays_;
      for (std::size_t ahead = 1; ahead <= kReach; ++ahead) {
        if (slots_[(next_ + ahead) % kSteps] != slot) continue;
        next_ += ahead + 1;
        return;
      }
    }

   private:
    friend class Trail;
    Walk(const std::uint32_t* slots, std::size_t next) : slots_(slots), next_(next) {}

    const std::uint32_t* slots_;
    std::size_t next_;
    std::size_t strays_ = 0;
  };

  // Before each block of rows: whether the trail leads on.
  bool is_followed() const { return is_followed_; }
  Walk walk() const { return Walk(slots_.data(), next_); }

  // After each block of rows that was walked.
  void append(std::span<const std::uint32_t> slots, const Walk& walk) {
    append(slots);
    next_ = walk.next_;
    if (walk.strays_ > kMostStrays) return leave();
    pause_ = std::max(pause_ / 2, std::size_t{1});
  }
  // After any other.
  void append_found(std::span<const std::uint32_t> slots) {
    append(slots);
    if (--blocks_to_wait_ > 0) return;
    is_followed_ = find_place();
    if (!is_followed_) leave();
  }

  std::size_t memory_bytes() const { return slots_.capacity() * sizeof(std::uint32_t); }

 private:
  void append(std::span<const std::uint32_t> slots) {
    slots_.resize(kSteps);
    for (const std::uint32_t slot : slots) slots_[end_++ % kSteps] = slot;
  }

  void leave() {
    is_followed_ = false;
    blocks_to_wait_ = pause_;
    pause_ = std::min(pause_ * 2, kLongestPause);
  }

  // Looks for the last two slots earlier on the trail, to go on behind them.
  bool find_place() {
    const std::size_t last = (end_ - 1) % kSteps;
    const std::uint32_t slot = slots_[last];
    const std::uint32_t slot_before = slots_[(end_ - 2) % kSteps];
    for (std::size_t begin = 0; begin < kSteps; begin += kBlock) {
      unsigned found = 0;  // so that the loop is vectorised: an integer, and no way out
      for (std::size_t i = 0; i < kBlock; ++i) found |= static_cast<unsigned>(slots_[begin + i] == slot);
      if (found == 0) continue;
      for (std::size_t i = begin; i < begin + kBlock; ++i) {
        if (slots_[i] != slot || slots_[(i - 1) % kSteps] != slot_before || i == last) continue;
        next_ = i + 1;
        return true;
      }
    }
    return false;
  }

  // Steps that are remembered: an hour of that many pods. More would take room from the totals in the second-level cache.
  static constexpr std::size_t kSteps = 32 * 1024;
  static constexpr std::size_t kReach = 32;
  // A stray costs a mispredicted branch and an entry that was not fetched, three times what is saved on another row.
  static constexpr std::size_t kMostStrays = kBlock / 3;
  // Rows in no order pay for a search and a block of strays in so many blocks.
  static constexpr std::size_t kLongestPause = 128;

  std::vector<std::uint32_t> slots_;  // by step, over and over; steps not gone yet are slot 0
  std::size_t end_ = 0;               // steps gone
  std::size_t next_ = 0;              // the step that is expected to be repeated
  bool is_followed_ = false;
  std::size_t blocks_to_wait_ = 1;  // before the trail is looked for
  std::size_t pause_ = 1;           // blocks to wait next time
};

}  // namespace costmill
