#include "tenant/report_period.h"

namespace costmill {

std::optional<std::int32_t> find_report_period(PostgresConnection& connection, std::string_view cluster_id, std::string_view source_uuid,
                                               Day day) {
  const std::string table = quoted_schema(connection.target()) + ".reporting_ocpusagereportperiod";
  if (connection.execute("SELECT to_regclass($1) IS NULL", {table}).boolean(0, 0)) return std::nullopt;
  // A period starts at midnight UTC; some writers leave a few hours or milliseconds behind it, so the date is what counts.
  const PostgresResult found = connection.execute("SELECT id FROM " + table +
                                                      " WHERE cluster_id = $1 AND provider_id = $2::uuid AND "
                                                      "(report_period_start AT TIME ZONE 'UTC')::date = $3::date ORDER BY id LIMIT 1",
                                                  {std::string(cluster_id), std::string(source_uuid), to_string(first_day(month_of(day)))});
  if (found.rows() == 0) return std::nullopt;
  return static_cast<std::int32_t>(found.integer(0, 0));
}

}  // namespace costmill
