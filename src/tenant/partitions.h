// Month partitions of the summary table: through Koku's registry and trigger where a tenant has them, else declared plainly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calendar/day.h"
#include "postgres/connection.h"

namespace costmill {

// The statement that makes the partition of the day's month; nullopt if none is missing (the table is not partitioned by usage_start, or
// a partition other than the default one takes the day). Errors: kSinkUnavailable without the table; kConflict, with advice, if the
// default partition holds rows of the month, the partition is detached, or another one takes a part of the month.
std::optional<std::string> missing_partition(PostgresConnection& connection, Day day);
// Makes it in a transaction of its own, under an advisory lock. Error(kSinkDenied) if that takes a right that the role lacks.
void ensure_partition(PostgresConnection& connection, Day day);

// CREATE TABLE ... PARTITION OF, without a look at what is there.
std::string partition_statement(std::string_view schema, Month month);

}  // namespace costmill
