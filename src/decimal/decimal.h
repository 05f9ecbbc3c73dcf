// numeric(33,15): shortest decimal text of a double, rounded half up (away from zero) to 15 places. Rule 10.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace costmill {

// value * 10^15. Fits 34 digits or fewer: |value| < 10^18.
using Decimal = __int128;

// nullopt if the value does not fit numeric(33,15): NaN, infinite, or |value| >= 10^18 after rounding.
std::optional<Decimal> to_decimal(double value);

// Appends the canonical text: trailing zeros trimmed, no exponent, "0" for zero.
void append_decimal(std::string& out, Decimal decimal);

// The inverse of append_decimal; also accepts untrimmed zeros. nullopt if the text is no numeric(33,15).
std::optional<Decimal> parse_decimal(std::string_view text);

}  // namespace costmill
