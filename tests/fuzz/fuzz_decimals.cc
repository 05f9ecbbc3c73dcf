// Doubles to numeric(33,15) against slow arithmetic on their shortest text; texts of numbers there and back.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "config/values.h"
#include "decimal/decimal.h"
#include "fuzz.h"
#include "sink/stored_cells.h"

namespace {

using costmill::Decimal;
using costmill::fuzz::require;

// Digits of the shortest text, the point moved by hand, half up at the 15th place, digit by digit.
std::optional<std::string> slow_text(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  char scientific[64];
  for (int digits = 0; digits < 18; ++digits) {
    std::snprintf(scientific, sizeof scientific, "%.*e", digits, std::abs(value));
    if (std::strtod(scientific, nullptr) == std::abs(value)) break;
  }
  const std::string text = scientific;
  const std::size_t e = text.find('e');
  std::string digits = text.substr(0, e);
  std::erase(digits, '.');
  const int whole_digits = 1 + std::atoi(text.c_str() + e + 1);
  if (whole_digits < -20) digits = "0";
  std::string whole = "0";
  std::string fraction;
  for (int i = std::min(whole_digits, 0); i < std::max(static_cast<int>(digits.size()), whole_digits); ++i) {
    const char digit = i < 0 || i >= static_cast<int>(digits.size()) ? '0' : digits[i];
    (i < whole_digits ? whole : fraction) += digit;
  }
  fraction.resize(std::max<std::size_t>(fraction.size(), 16), '0');
  const bool up = fraction[15] >= '5';
  std::string all = whole + fraction.substr(0, 15);
  if (up) {
    std::size_t at = all.size();
    while (all[--at] == '9') all[at] = '0';
    ++all[at];
  }
  whole = all.substr(0, all.size() - 15);
  fraction = all.substr(all.size() - 15);
  while (fraction.ends_with('0')) fraction.pop_back();
  while (whole.size() > 1 && whole[0] == '0') whole.erase(0, 1);
  if (whole.size() > 18) return std::nullopt;
  const std::string magnitude = fraction.empty() ? whole : whole + "." + fraction;
  return value < 0 && magnitude != "0" ? "-" + magnitude : magnitude;
}

std::string written(Decimal decimal) {
  std::string text;
  costmill::append_decimal(text, decimal);
  return text;
}

void check_double(double value) {
  const auto decimal = costmill::to_decimal(value);
  const auto expected = slow_text(value);
  require(decimal.has_value() == expected.has_value(), "both know what fits numeric(33,15)");
  if (!decimal) return;
  require(written(*decimal) == *expected, "the text is what slow arithmetic gives");
  require(costmill::parse_decimal(*expected) == decimal, "the text gives the decimal back");
}

void check_text(const std::string& text) {
  const auto decimal = costmill::parse_decimal(text);
  std::string canonical = text;
  const bool is_number = costmill::canonicalize_number(canonical);
  if (decimal) {
    require(is_number && canonical == written(*decimal), "a decimal's canonical text is the one that is written");
    require(costmill::parse_decimal(canonical) == decimal, "the canonical text is the same decimal");
  }
  if (is_number) {
    std::string again = canonical;
    require(costmill::canonicalize_number(again) && again == canonical, "canonical text is its own canonical text");
    const double read = std::strtod(text.c_str(), nullptr);
    require(std::abs(std::strtod(canonical.c_str(), nullptr) - read) <= std::abs(read) * 0x1p-50 + 1e-15, "the value stays");
  }
  (void)costmill::parse_integer(text);
  (void)costmill::parse_number(text);
  if (const auto bytes = costmill::parse_bytes(text)) require(*bytes >= 0, "bytes are not negative");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size >= sizeof(double)) {
    double value = 0;
    std::memcpy(&value, data, sizeof value);
    check_double(value);
  }
  const std::string text(costmill::fuzz::text_of(data, size));
  check_text(text);
  check_double(std::strtod(text.c_str(), nullptr));
  return 0;
}
