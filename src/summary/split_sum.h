// An exact sum as two machine integers: what ExactSum gives, faster, for values of the usual size.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "summary/exact_sum.h"

namespace costmill {

// A value is cut into a count of units of 2^-kHighBits and the rest, in units of 2^-kFractionBits, by adding a constant so large
// that the addition itself rounds (docs/adr/0009); each part has a 64-bit sum.
template <int kFractionBits>
class SplitSum {
 public:
  using Exact = ExactSum<kFractionBits>;

  // Of a value of the usual size: 388 cores for a day; 388 GiB for a day.
  static constexpr double kUsual = static_cast<double>(__int128{1} << (85 - kFractionBits));
  // So many additions may come between two calls of carry().
  static constexpr std::size_t kAdditionsBetweenCarries = std::size_t{1} << 20;

  void add_usual(double value) {
    const double high = value + kToHigh;
    const double low = value - (high - kToHigh) + kToLow;
    high_ += std::bit_cast<std::int64_t>(high) - std::bit_cast<std::int64_t>(kToHigh);
    low_ += std::bit_cast<std::int64_t>(low) - std::bit_cast<std::int64_t>(kToLow);
  }

  // One of the two has been carried just before, or both together are of no more than kAdditionsBetweenCarries values.
  void add(const SplitSum& other) {
    high_ += other.high_;
    low_ += other.low_;
  }

  // Moves the carries of the low part up. True if the high part must be taken out before it overflows.
  bool carry() {
    high_ += low_ >> kGapBits;
    low_ &= kHighUnit - 1;
    constexpr std::int64_t kFull = std::int64_t{1} << 60;
    return high_ >= kFull || high_ <= -kFull;
  }

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.high_, self.low_); }
  // As carry() leaves it.
  bool is_sound() const { return 0 <= low_ && low_ < kHighUnit; }

  Exact exact() const { return Exact::of_scaled(static_cast<__int128>(high_) * kHighUnit + low_); }

 private:
  template <int kBits>
  friend void add_usual(std::array<SplitSum<kBits>, 4>& sums, const std::array<double, 4>& values);

  // |low| of a value is at most 2^42 and |high| below 2^42, so 2^20 additions of either stay below 2^62.
  static constexpr int kGapBits = 43;
  static constexpr std::int64_t kHighUnit = std::int64_t{1} << kGapBits;
  // 1.5 * 2^52 units: the sum's bits then hold the count of units, positive or negative.
  static constexpr double kToLow = 0x1.8p52 / static_cast<double>(__int128{1} << kFractionBits);
  static constexpr double kToHigh = kToLow * static_cast<double>(kHighUnit);

  std::int64_t high_ = 0;
  std::int64_t low_ = 0;
};

// Adds a value to each of four sums that lie side by side, as SplitSum::add_usual does, with a fourth of the instructions where
// vectors are long enough.
template <int kBits>
[[gnu::always_inline]] inline void add_usual(std::array<SplitSum<kBits>, 4>& sums, const std::array<double, 4>& values) {
  using Doubles [[gnu::vector_size(32)]] = double;
  using Integers [[gnu::vector_size(32)]] = std::int64_t;
  constexpr double kToHigh = SplitSum<kBits>::kToHigh;
  constexpr double kToLow = SplitSum<kBits>::kToLow;
  const Doubles value = {values[0], values[2], values[1], values[3]};  // so that the last step is one instruction a pair
  const Doubles high = value + kToHigh;
  const Doubles low = value - (high - kToHigh) + kToLow;
  const Integers highs = reinterpret_cast<Integers>(high) - std::bit_cast<std::int64_t>(kToHigh);
  const Integers lows = reinterpret_cast<Integers>(low) - std::bit_cast<std::int64_t>(kToLow);
  const std::array<Integers, 2> pairs = {__builtin_shufflevector(highs, lows, 0, 4, 2, 6),
                                         __builtin_shufflevector(highs, lows, 1, 5, 3, 7)};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    Integers sum;
    std::memcpy(&sum, &sums[2 * i], sizeof sum);
    sum += pairs[i];
    std::memcpy(static_cast<void*>(&sums[2 * i]), &sum, sizeof sum);
  }
}

}  // namespace costmill
