// Month partitions of the summary table: through Koku's registry and trigger where a tenant has them, else declared plainly.
#pragma once

#include <optional>
#include <string>

#include "calendar/day.h"
#include "postgres/connection.h"

namespace costmill {

// The statement that makes the partition of the day's month; nullopt if none is missing (the table is not partitioned, or a partition
// other than the default one takes the month). Errors: kSinkUnavailable without the table; kConflict, with advice, if the default
// partition holds rows of the month or the partition is registered as detached.
std::optional<std::string> missing_partition(PostgresConnection& connection, Day day);
// Makes it in a transaction of its own, under an advisory lock.
void ensure_partition(PostgresConnection& connection, Day day);

}  // namespace costmill
