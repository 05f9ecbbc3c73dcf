// Cells of the summary table as PostgreSQL's text form gives them, made canonical.
#pragma once

#include <string>

#include "postgres/connection.h"
#include "sink/sink.h"

namespace costmill {

// "report_period_id, cluster_id, ..."
std::string postgres_select_list();

// Columns of `result` from `first_column` on are kColumns. Error(kSinkUnavailable) for a number that is no numeric(33,15).
StoredRow stored_row(const PostgresResult& result, int row, int first_column);

}  // namespace costmill
