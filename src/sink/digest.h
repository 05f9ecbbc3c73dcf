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

// uuids of the rows of a (cluster, day) by ordinal: a rerun gives equal ones. RFC 9562 version 8.
class RowUuids {
 public:
  using Uuid = std::array<std::uint8_t, 16>;

  RowUuids(std::string_view source_uuid, Day day);
  Uuid operator()(std::uint64_t ordinal);

 private:
  std::array<char, 128> hashed_;  // the form of docs/formats.md, of which only the ordinal at the end changes
  std::size_t ordinal_at_ = 0;
};

inline RowUuids::Uuid row_uuid(std::string_view source_uuid, Day day, std::uint64_t ordinal) { return RowUuids(source_uuid, day)(ordinal); }
using UuidText = std::array<char, 36>;
UuidText uuid_chars(const RowUuids::Uuid& uuid);
std::string uuid_text(const RowUuids::Uuid& uuid);

}  // namespace costmill
