// What was written is read back before it is committed: the day's sums, and some rows whole.
#pragma once

#include <cstddef>
#include <string>

#include "postgres/connection.h"
#include "sink/sink.h"

namespace costmill {

// Within the transaction that wrote the day. Error(kConflict) naming day and column: a trigger or another program changed the rows.
void validate_day(PostgresConnection& connection, const std::string& table, const DayRows& rows, std::size_t sampled_rows);

}  // namespace costmill
