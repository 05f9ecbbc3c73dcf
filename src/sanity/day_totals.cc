#include "sanity/day_totals.h"

#include <fmt/format.h>

#include <algorithm>

namespace costmill {
namespace {

constexpr double kJump = 100;
constexpr double kSecondsPerDay = 86400;

// A small cluster may change as it likes: ten cores, ten gigabytes, ten thousand rows, each for a day.
double floor_of(std::string_view name) {
  if (name == "rows") return 10'000;
  return name.ends_with("core_seconds") ? 10 * kSecondsPerDay : 10 * 0x1p30 * kSecondsPerDay;
}

}  // namespace

bool DayTotals::empty() const {
  return std::none_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); });
}

void look_for_jumps(const DayTotals& day, std::span<const DayTotals> days_before, DaySanity& sanity) {
  for (std::size_t i = 0; i < kTotalNames.size(); ++i) {
    std::optional<double> least;
    std::optional<double> largest;
    for (const DayTotals& before : days_before) {
      if (!before.values[i]) continue;
      least = std::min(least.value_or(*before.values[i]), *before.values[i]);
      largest = std::max(largest.value_or(*before.values[i]), *before.values[i]);
    }
    if (!least || !day.values[i]) continue;
    const double value = *day.values[i];
    const double floor = floor_of(kTotalNames[i]);
    const bool is_up = value >= floor && *largest > 0 && value >= kJump * *largest;
    const bool is_down = *least >= floor && value <= *least / kJump;
    if (!is_up && !is_down) continue;
    sanity.add(SanityCheck::kTotalsJump, fmt::format("{} is {:.6g}, was {:.6g} to {:.6g}", kTotalNames[i], value, *least, *largest));
  }
}

}  // namespace costmill
