// Sums that do not depend on order: 128-bit fixed point, rounded once to the nearest double at the end. docs/adr/0002.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace costmill {

enum class SumStatus : std::uint8_t { kOk, kNotFinite, kOverflow };

// Each added value is first rounded (half to even) to a multiple of 2^-kFractionBits; a single value must lie within
// +-2^(126-kFractionBits). The running sum may leave 128 bits and come back: whether the total fits is asked at the end, so that
// the answer does not depend on the order either.
template <int kFractionBits>
class ExactSum {
 public:
  static_assert(kFractionBits > 0 && kFractionBits <= 72);
  static constexpr int kFraction = kFractionBits;

  // Of so many units of 2^-kFractionBits.
  static ExactSum of_scaled(__int128 scaled) {
    ExactSum sum;
    sum.add_scaled(scaled);
    return sum;
  }

  SumStatus add(double value) {
    // Values below 2^62 (2^54 with many fraction bits) fit a long int and the shift; all that usage is made of passes here.
    if (std::fabs(value) < kFastBound) [[likely]] {
      const auto whole = static_cast<std::int64_t>(value);
      const double fraction = (value - static_cast<double>(whole)) * kScale;  // exact: a power of two
      // Beyond 62 fraction bits a long int cannot hold the scaled fraction.
      const __int128 scaled =
          kFractionBits <= 62 ? static_cast<__int128>(std::lrint(fraction)) : static_cast<__int128>(std::nearbyint(fraction));
      add_scaled((static_cast<__int128>(whole) << kFractionBits) + scaled);
      return SumStatus::kOk;
    }
    if (!std::isfinite(value)) return SumStatus::kNotFinite;
    if (std::fabs(value) >= kValueBound) return SumStatus::kOverflow;
    add_scaled(static_cast<__int128>(value) << kFractionBits);  // a double this large is an integer
    return SumStatus::kOk;
  }

  void add(const ExactSum& other) {
    add_scaled(other.scaled());
    carries_ += other.carries_;
  }

  // Adds `other` `count` times: the fan-out of a join. kOverflow if that product alone does not fit.
  SumStatus add(const ExactSum& other, std::int64_t count) {
    __int128 product = 0;
    if (!other.fits() || __builtin_mul_overflow(other.scaled(), static_cast<__int128>(count), &product)) return SumStatus::kOverflow;
    add_scaled(product);
    return SumStatus::kOk;
  }

  // The total lies within +-2^(127-kFractionBits).
  bool fits() const { return carries_ == 0; }

  static constexpr void each_member(auto& self, auto& bytes) { bytes(self.low_, self.high_, self.carries_); }
  // Few enough carries for those of all groups together to be counted.
  bool is_sound() const { return carries_ < kMostCarries && carries_ > -kMostCarries; }

  // The nearest double, ties to even. Only if it fits().
  double value() const {
    // Cut in two parts that doubles hold exactly, one addition rounds. The compiler's own conversion of 128 bits takes four times as long.
    constexpr int kLowBits = 43;
    constexpr std::int64_t kLowUnit = std::int64_t{1} << kLowBits;
    constexpr __int128 kExact = __int128{1} << std::numeric_limits<double>::digits;
    const __int128 high = scaled() >> kLowBits;
    if (-kExact < high && high < kExact) [[likely]] {
      const auto low = static_cast<double>(static_cast<std::int64_t>(low_) & (kLowUnit - 1));
      return (static_cast<double>(static_cast<std::int64_t>(high)) * static_cast<double>(kLowUnit) + low) * (1 / kScale);
    }
    return static_cast<double>(scaled()) / kScale;
  }

 private:
  static constexpr double kScale = static_cast<double>(static_cast<__int128>(1) << kFractionBits);
  static constexpr double kFastBound = kFractionBits <= 62 ? 0x1p62 : 0x1p54;
  static constexpr double kValueBound = static_cast<double>(static_cast<unsigned __int128>(1) << (126 - kFractionBits));

  static constexpr std::int64_t kMostCarries = std::int64_t{1} << 32;

  __int128 scaled() const { return static_cast<__int128>(static_cast<unsigned __int128>(static_cast<std::uint64_t>(high_)) << 64U | low_); }

  void add_scaled(__int128 addend) {
    __int128 sum = 0;
    if (__builtin_add_overflow(scaled(), addend, &sum)) [[unlikely]]
      carries_ += addend < 0 ? -1 : 1;
    low_ = static_cast<std::uint64_t>(sum);
    high_ = static_cast<std::int64_t>(sum >> 64);
  }

  // Halves instead of an __int128, whose alignment would waste a quarter of every group.
  std::uint64_t low_ = 0;
  std::int64_t high_ = 0;
  std::int64_t carries_ = 0;  // times that the sum left 128 bits upwards, less those downwards
};

// Core-seconds to 2^-60 (range 1.4e20), byte-seconds to 2^-30 (range 1.5e29), hours and gigabyte-hours of groups to 2^-72.
using CoreSecondsSum = ExactSum<60>;
using ByteSecondsSum = ExactSum<30>;
using GroupHoursSum = ExactSum<72>;

}  // namespace costmill
