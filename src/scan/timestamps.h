// Timestamps of all the forms that files hold, as milliseconds since 1970-01-01 UTC. Finer units are cut off (floor).
#pragma once

#include <parquet/schema.h>
#include <parquet/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace costmill {

enum class TimestampUnit { kMilliseconds, kMicroseconds, kNanoseconds };

// The unit of an INT64 timestamp column; nullopt if the column is none.
std::optional<TimestampUnit> timestamp_unit(const parquet::ColumnDescriptor& column);

std::int64_t to_ms(std::int64_t value, TimestampUnit unit);
std::int64_t to_ms(const parquet::Int96& value);

// `2025-10-01`, `2025-10-01 13:30:00`, `2025-10-01T13:30:00.123Z`, `2025-10-01 13:30:00 +0000 UTC` (the operator's), offsets
// as +HH:MM or +HHMM; nullopt for anything else.
std::optional<std::int64_t> parse_timestamp_ms(std::string_view text);

}  // namespace costmill
