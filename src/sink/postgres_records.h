// The records of days in PostgreSQL: costmill.days, of the target's tenant schema. None where the schema costmill is missing or older
// than this program's.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "postgres/connection.h"
#include "sink/day_record.h"

namespace costmill {

std::vector<DayRecord> postgres_records(PostgresConnection& connection);
RecordedDays postgres_recorded_days(PostgresConnection& connection, const std::string& source_uuid, const DateRange& days);

// Error(kSinkUnavailable) for a text that is no day.
Day postgres_day(const std::string& text);

}  // namespace costmill
