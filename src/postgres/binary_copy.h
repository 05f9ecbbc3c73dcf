// PostgreSQL's binary form of values, and of rows in `COPY ... (FORMAT binary)`. No error of its own.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "calendar/day.h"
#include "decimal/decimal.h"

namespace costmill {

// What a COPY stream begins with: signature, flags, no extension. It ends with kCopyTrailer.
inline constexpr std::string_view kCopyHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
inline constexpr std::string_view kCopyTrailer("\377\377", 2);

// Integers are big-endian.
void append_int16(std::string& out, std::int16_t value);
void append_int32(std::string& out, std::int32_t value);

// numeric with 15 places, base 10000: digit count, weight, sign, scale, digits.
void append_numeric(std::string& out, Decimal decimal);
// Days since 2000-01-01.
void append_date(std::string& out, Day day);
// jsonb: a version, then the text.
void append_jsonb(std::string& out, std::string_view json);
// 16 bytes of 36 characters. The text must be a UUID.
void append_uuid(std::string& out, std::string_view text);

}  // namespace costmill
