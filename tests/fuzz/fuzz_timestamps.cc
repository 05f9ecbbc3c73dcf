// Timestamps: texts against a second reading of them, integers of every unit against arithmetic that cannot overflow.
#include <cstring>

#include "calendar/day.h"
#include "fuzz.h"
#include "scan/timestamps.h"

namespace {

using costmill::Day;
using costmill::fuzz::require;

constexpr std::int64_t kLongestOffsetMs = (14 * 60 + 59) * 60'000LL;

void check_text(std::string_view text) {
  const auto day = costmill::parse_day(text.substr(0, 10));
  const auto ms = costmill::parse_timestamp_ms(text);
  if (text.size() == 10) require(day.has_value() == ms.has_value(), "a day is a timestamp");
  if (day) require(costmill::to_string(*day) == text.substr(0, 10), "a day's text is the day");
  if (!ms) return;
  require(day.has_value(), "a timestamp begins with a day");
  const std::int64_t of_day = *ms - day->number * costmill::kMillisecondsPerDay;
  require(-kLongestOffsetMs <= of_day && of_day < costmill::kMillisecondsPerDay + kLongestOffsetMs, "a timestamp is near its day");
  const std::string midnight = costmill::to_string(*day) + "T00:00:00Z";
  require(costmill::parse_timestamp_ms(midnight) == day->number * costmill::kMillisecondsPerDay, "midnight is where the day begins");
}

__int128 floor_div(__int128 value, __int128 by) { return value / by - (value % by < 0 ? 1 : 0); }

void check_integers(const std::uint8_t* data) {
  std::int64_t value = 0;
  std::memcpy(&value, data, sizeof value);
  require(costmill::to_ms(value, costmill::TimestampUnit::kMilliseconds) == value, "milliseconds stay");
  require(costmill::to_ms(value, costmill::TimestampUnit::kMicroseconds) == floor_div(value, 1000), "microseconds are cut off");
  require(costmill::to_ms(value, costmill::TimestampUnit::kNanoseconds) == floor_div(value, 1'000'000), "nanoseconds are cut off");
  const Day day = costmill::day_of_ms(value);
  if (const __int128 exact = floor_div(value, costmill::kMillisecondsPerDay); exact == static_cast<std::int32_t>(exact)) {
    require(day.number == exact, "a day is what its milliseconds say");
  }
  parquet::Int96 old{};
  std::memcpy(&old, data, sizeof old);
  const std::int64_t nanoseconds = static_cast<std::int64_t>(old.value[1]) << 32 | old.value[0];
  require(costmill::to_ms(old) == (static_cast<std::int64_t>(old.value[2]) - 2'440'588) * costmill::kMillisecondsPerDay +
                                      static_cast<std::int64_t>(floor_div(nanoseconds, 1'000'000)),
          "INT96 is a Julian day and nanoseconds");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_text(costmill::fuzz::text_of(data, size));
  if (size >= sizeof(parquet::Int96)) check_integers(data);
  return 0;
}
