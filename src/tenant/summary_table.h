// The summary table's shape, in SQL: what `init-db` makes and `doctor` expects.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "summary/columns.h"

namespace costmill {

// As the server's format_type prints it, e.g. `character varying(253)`.
std::string sql_type(const ColumnDef& def);
// Whether a column of that type takes all values of `def`: the same type, or a wider one.
bool can_hold(std::string_view found_type, const ColumnDef& def);

// The table, its indexes and its default partition, for a schema that has none of them.
std::vector<std::string> summary_table_statements(std::string_view schema);

}  // namespace costmill
