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

// What a plan needs of a footer.
struct Footer {
  std::shared_ptr<parquet::FileMetaData> metadata;
  std::shared_ptr<OpenedFile> content;  // of a small file that was fetched whole, if there is room to hold it
  std::vector<RowGroupInfo> row_groups;
  std::vector<std::string> missing_columns;  // of the wanted ones
  std::optional<Error> error;                // the file cannot be read: nothing else counts then
};

// One Footer a file, in order. `columns`: names to look for. `most_held_bytes`: of contents. Only errors of single files are kept; others
// are thrown.
std::vector<Footer> read_footers(Store& store, const std::vector<StoredFile>& files, const std::vector<std::string>& columns,
                                 int parallel_readers, std::int64_t most_held_bytes, const ReadOptions& options);

}  // namespace costmill
