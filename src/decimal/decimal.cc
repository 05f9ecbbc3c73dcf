#include "decimal/decimal.h"

#include <array>
#include <charconv>
#include <cmath>

namespace costmill {
namespace {

constexpr int kPlaces = 15;
constexpr int kIntegerDigits = 18;

constexpr std::array<std::uint64_t, 20> kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (auto& slot : powers) {
    slot = power;
    power *= 10;
  }
  return powers;
}();

constexpr std::uint64_t kUnit = kPowersOfTen[kPlaces];

// The shortest decimal text of a finite, positive double is digits * 10^exponent, with at most 17 digits.
struct ShortestDigits {
  std::uint64_t digits = 0;
  int count = 0;
  int exponent = 0;
};

ShortestDigits shortest_digits(double value) {
  std::array<char, 32> text;
  const char* const end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
  ShortestDigits result;
  const char* at = text.data();
  int fraction_digits = 0;
  bool in_fraction = false;
  for (; *at != 'e'; ++at) {
    if (*at == '.') {
      in_fraction = true;
      continue;
    }
    result.digits = result.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    ++result.count;
    fraction_digits += in_fraction ? 1 : 0;
  }
  ++at;
  if (*at == '+') ++at;  // from_chars knows no plus sign
  int exponent = 0;
  std::from_chars(at, end, exponent);
  result.exponent = exponent - fraction_digits;
  return result;
}

std::optional<Decimal> magnitude_to_decimal(double magnitude) {
  // The shortest text of a whole double below 2^53 is that number, exactly. Core counts and most capacities are such numbers.
  constexpr double kExactIntegers = 9007199254740992.0;
  if (magnitude < kExactIntegers) {
    const auto whole = static_cast<std::uint64_t>(magnitude);
    if (static_cast<double>(whole) == magnitude) return static_cast<Decimal>(whole) * kUnit;
  }
  const ShortestDigits shortest = shortest_digits(magnitude);
  const int shift = shortest.exponent + kPlaces;
  if (shift >= 0) {
    if (shortest.count + shift > kIntegerDigits + kPlaces) return std::nullopt;
    Decimal decimal = static_cast<Decimal>(shortest.digits);
    int left = shift;
    for (; left >= 19; left -= 19) decimal *= kPowersOfTen[19];
    return decimal * kPowersOfTen[left];
  }
  if (-shift > 18) return 0;  // 17 digits at most: less than half of the last place
  const std::uint64_t divisor = kPowersOfTen[-shift];
  return static_cast<Decimal>((shortest.digits + divisor / 2) / divisor);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Decimal> to_decimal(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  const std::optional<Decimal> magnitude = magnitude_to_decimal(std::fabs(value));
  if (!magnitude) return std::nullopt;
  return std::signbit(value) ? -*magnitude : *magnitude;
}

void append_decimal(std::string& out, Decimal decimal) {
  std::array<char, 64> text;
  char* at = text.data();
  const bool negative = decimal < 0;
  const auto magnitude = negative ? -static_cast<unsigned __int128>(decimal) : static_cast<unsigned __int128>(decimal);
  if (negative) *at++ = '-';
  const auto whole = static_cast<std::uint64_t>(magnitude / kUnit);
  auto fraction = static_cast<std::uint64_t>(magnitude % kUnit);
  at = std::to_chars(at, text.data() + text.size(), whole).ptr;
  if (fraction != 0) {
    *at++ = '.';
    int places = kPlaces;
    for (; fraction % 10 == 0; fraction /= 10) --places;
    for (int place = places - 1; place >= 0; --place) {
      at[place] = static_cast<char>('0' + fraction % 10);
      fraction /= 10;
    }
    at += places;
  }
  out.append(text.data(), at);
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return std::nullopt;
  while (whole.starts_with('0')) whole.remove_prefix(1);
  if (whole.size() > kIntegerDigits) return std::nullopt;

  Decimal decimal = 0;
  for (const char c : whole) {
    if (!is_digit(c)) return std::nullopt;
    decimal = decimal * 10 + (c - '0');
  }
  for (std::size_t place = 0; place < fraction.size() || place < kPlaces; ++place) {
    const char c = place < fraction.size() ? fraction[place] : '0';
    if (!is_digit(c)) return std::nullopt;
    if (place < kPlaces) {
      decimal = decimal * 10 + (c - '0');
    } else if (c != '0') {
      return std::nullopt;
    }
  }
  return negative ? -decimal : decimal;
}

}  // namespace costmill
