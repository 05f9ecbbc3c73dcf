// Koku's report periods: one a (cluster, source, month).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "calendar/day.h"
#include "postgres/connection.h"

namespace costmill {

// reporting_ocpusagereportperiod.id of the month; nullopt without such a row, or without the table.
std::optional<std::int32_t> find_report_period(PostgresConnection& connection, std::string_view cluster_id, std::string_view source_uuid,
                                               Day day);

}  // namespace costmill
