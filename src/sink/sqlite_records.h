// The records of days in SQLite; a schema older than this program's has none that say enough.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "sink/day_record.h"
#include "sink/sqlite_database.h"

namespace costmill {

std::vector<DayRecord> sqlite_records(SqliteDatabase& database);
RecordedDays sqlite_recorded_days(SqliteDatabase& database, const std::string& source_uuid, const DateRange& days);

// Error(kSinkUnavailable) for a text that is no day.
Day sqlite_day(const SqliteDatabase& database, const std::string& text);

}  // namespace costmill
