// Signs that the data of a day are not what they should be. They change no figure. docs/sanity.md says what each means.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace costmill {

enum class SanityCheck : std::uint8_t {
  kUsageAboveCapacity,
  kRequestAboveCapacity,
  kLimitFarAboveCapacity,
  kEffectiveUsageOutOfBounds,
  kNegativeValue,
  kTwoCapacitiesInHour,
  kSeveralIntervalsInHour,
  kCapacityDisagrees,
  kNodesDisagree,
  kMissingHours,
  kDuplicateRows,
  kOverlappingPayloads,
  kRowsOutsideMonth,
  kOddName,
  kMissingColumn,
  kTotalsJump,
  kCount
};
inline constexpr auto kSanityChecks = static_cast<std::size_t>(SanityCheck::kCount);

struct SanityCheckDef {
  std::string_view name;    // stable, for scripts
  std::string_view counts;  // what is counted
  std::string_view next;    // what to look at
};
const SanityCheckDef& def_of(SanityCheck check);

// Where a sign was seen: a row of a file, or only words. Ordered by place, then by words.
struct SanityExample {
  static constexpr std::uint32_t kNoFile = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t file = kNoFile;  // position in the run's list
  std::uint64_t row = 0;         // from 0
  std::string what;

  auto operator<=>(const SanityExample&) const = default;
};

struct SanityFinding {
  std::uint64_t count = 0;
  SanityExample example;  // the least of all

  bool operator==(const SanityFinding&) const = default;
};

// Adding and merging may come in any order: counts and examples are the same.
class DaySanity {
 public:
  void add(SanityCheck check, SanityExample example, std::uint64_t count = 1);
  void add(SanityCheck check, std::string what, std::uint64_t count = 1) { add(check, SanityExample{.what = std::move(what)}, count); }
  void merge(const DaySanity& other);

  bool any() const;
  const SanityFinding& operator[](SanityCheck check) const { return findings_[static_cast<std::size_t>(check)]; }
  bool operator==(const DaySanity&) const = default;

 private:
  std::array<SanityFinding, kSanityChecks> findings_;
};

}  // namespace costmill
