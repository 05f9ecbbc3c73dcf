// What the rows of a table are used for, and the columns that takes.
#pragma once

#include "scan/chunk.h"

namespace costmill {

// What a table is folded into. The hourly and the daily pod table may be one and the same file.
struct TableUse {
  bool capacity = false;
  bool pods = false;
  bool placements = false;
  bool storage = false;
  bool node_labels = false;
  bool namespace_labels = false;
  bool nodes = false;  // which nodes there are

  bool operator==(const TableUse&) const = default;
};

// What a run reads of a table. Capacity comes from the hourly pods, or from the daily ones where one table serves as both.
struct UseOptions {
  bool pods = true;
  bool storage = true;
  bool one_pod_table = false;
};
TableUse use_of(Table table, UseOptions options);

// The columns that a use reads.
WantedColumns wanted_columns(TableUse use, bool derive_roles);
// The same where all pods that have storage are known: the names of others, one a row or so, need not be kept.
WantedColumns with_known_pods(WantedColumns columns);

}  // namespace costmill
