// What the statistics of a row group say of a column of numbers, held against its values.
#pragma once

#include <parquet/metadata.h>

#include <optional>
#include <string>

#include "scan/chunk.h"

namespace costmill {

// Files without checksums say everything once, but the bounds of each column.
struct NumberBounds {
  double least = 0;
  double largest = 0;
  bool no_nulls = false;

  // nullopt where there are none that bind.
  static std::optional<NumberBounds> of(const parquet::ColumnChunkMetaData& chunk);

  // Of a value beyond the bounds, or a NULL where there is none, what is wrong; else empty, and the column knows its bounds.
  std::string violation(NumberColumn& column) const;
};

}  // namespace costmill
