// Digests and uuids of rows. docs/formats.md writes the binary form down.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "summary/day_rows.h"

namespace costmill {

// 128-bit XXH3 as 32 lower-case hex digits. Finds change; it is no signature.
std::string hex_digest(std::string_view bytes);

// Digest over the day's rows in canonical order (identity of the cluster, day, every column of kColumns).
std::string digest_of(const DayRows& day);

// uuid of a row from (cluster, day, ordinal): a rerun gives equal ones. RFC 9562 version 8.
std::array<std::uint8_t, 16> row_uuid(std::string_view source_uuid, Day day, std::uint64_t ordinal);
using UuidText = std::array<char, 36>;
UuidText uuid_chars(const std::array<std::uint8_t, 16>& uuid);
std::string uuid_text(const std::array<std::uint8_t, 16>& uuid);

}  // namespace costmill
