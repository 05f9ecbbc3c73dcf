#include "sink/postgres_cells.h"

#include <fmt/format.h>

#include "sink/json_text.h"
#include "sink/stored_cells.h"

namespace costmill {

std::string postgres_select_list() {
  std::string list;
  for (const ColumnDef& column : kColumns) list += fmt::format("{}{}", list.empty() ? "" : ", ", column.name);
  return list;
}

StoredRow stored_row(const PostgresResult& result, int row, int first_column) {
  StoredRow stored(kColumns.size());
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    stored[c] = result.optional_text(row, first_column + static_cast<int>(c));
    if (!stored[c]) continue;
    if (kColumns[c].kind == ColumnKind::kJson) stored[c] = canonical_json(*stored[c]);
    if (kColumns[c].kind == ColumnKind::kNumber && !canonicalize_number(*stored[c])) {
      throw Error(ErrorCode::kSinkUnavailable,
                  fmt::format("{} holds {}, which is no numeric(33,15): another program changed the row or the table", kColumns[c].name,
                              *stored[c]),
                  {.column = std::string(kColumns[c].name)});
    }
  }
  return stored;
}

}  // namespace costmill
