#include "labels/java_double.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "texts/ascii.h"

namespace costmill {
namespace {

// The written exponent, held within bounds that no length of the digits before it can make up for.
std::int64_t written_exponent(std::string_view json_number) {
  const std::size_t mark = json_number.find_first_of("eE");
  if (mark == std::string_view::npos) return 0;
  std::string_view digits = json_number.substr(mark + 1);
  const bool negative = digits.front() == '-';
  if (!is_digit(digits.front())) digits.remove_prefix(1);
  constexpr std::int64_t kBound = std::int64_t{1} << 40;
  std::int64_t exponent = 0;
  for (const char digit : digits) exponent = std::min(kBound, exponent * 10 + (digit - '0'));
  return negative ? -exponent : exponent;
}

// Whether a number that no double can hold is too large (else it is too small).
bool is_too_large(std::string_view json_number) {
  const std::size_t mantissa_end = std::min(json_number.find_first_of("eE"), json_number.size());
  const std::string_view mantissa = json_number.substr(0, mantissa_end);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const std::int64_t places = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  return places + written_exponent(json_number) > 0;
}

}  // namespace

double nearest_double(std::string_view json_number) {
  double value = 0;
  const auto parsed = std::from_chars(json_number.data(), json_number.data() + json_number.size(), value);
  if (parsed.ec != std::errc::result_out_of_range) return value;
  const double magnitude = is_too_large(json_number) ? std::numeric_limits<double>::infinity() : 0.0;
  return json_number.front() == '-' ? -magnitude : magnitude;
}

std::string java_text(double value) {
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  char buffer[32];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view scientific(buffer, static_cast<std::size_t>(written.ptr - buffer));  // 1.5e+00, 1e-07
  const std::size_t mark = scientific.find('e');
  const std::string_view mantissa = scientific.substr(0, mark);
  std::string text(mantissa);
  if (mantissa.find('.') == std::string_view::npos) text += ".0";
  text += 'E';
  if (scientific[mark + 1] == '-') text += '-';
  const std::string_view exponent = scientific.substr(mark + 2);
  text += exponent.substr(std::min(exponent.find_first_not_of('0'), exponent.size() - 1));
  return text;
}

}  // namespace costmill
