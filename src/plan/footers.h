// Footers of a month's files, read in parallel.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/layout.h"
#include "costmill/error.h"
#include "scan/parquet_file.h"

namespace costmill {

// What a plan needs of a footer; the rest is not kept.
struct Footer {
  std::vector<RowGroupInfo> row_groups;
  std::vector<std::string> missing_columns;  // of the wanted ones
  std::optional<Error> error;                // the footer cannot be read: everything else is empty
};

// One Footer a file, in order. `columns`: names to look for. Only errors of single files are kept; others are thrown.
std::vector<Footer> read_footers(Store& store, const std::vector<StoredFile>& files, const std::vector<std::string>& columns,
                                 int parallel_readers, const ReadOptions& options);

}  // namespace costmill
