// Folds chunks into the tables of their days, and finishes days into rows. The heart of Costmill.
#pragma once

#include <bitset>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "reference/reference_data.h"
#include "reference/reference_use.h"
#include "sanity/day_sanity.h"
#include "sanity/day_totals.h"
#include "scan/parquet_file.h"
#include "scan/table_use.h"
#include "summary/day_joins.h"
#include "summary/day_rows.h"
#include "summary/label_sets.h"
#include "summary/node_roles.h"
#include "summary/placements.h"
#include "summary/pods.h"
#include "summary/storage.h"

namespace costmill {

struct FoldOptions {
  Day first_day;  // rows of other days are no part of the run
  Day last_day;
  std::set<Day> left_out;     // of these days, neither
  bool pods = true;           // features.pod_aggregation
  bool storage = true;        // features.storage_aggregation
  bool unallocated = true;    // features.unallocated_capacity
  bool cost_category = true;  // features.cost_category
  bool derive_roles = false;  // no reference data: roles come from the rows
};

struct DayResult {
  DayRows rows;
  FanOuts fan_outs;
  std::uint64_t input_rows = 0;
  ReferenceScope reference_scope;
  std::bitset<24> hours;  // of the day, that the hourly pods have
  DaySanity sanity;
  DayTotals totals;
};

// One worker's share of a group of days. Not thread-safe. Chunks may come in any order and be cut in any way, and partial folds
// may merge in any order: the finished days are the same bytes. A refusal names the first offending row, too, as long as the
// chunks of one fold come in order of file and row.
class Fold {
 public:
  explicit Fold(const FoldOptions& options) : options_(options) {}

  // The texts that chunks are coded in.
  Texts& texts() { return texts_; }

  // Rows whose interval_start is NULL or outside the options' days are dropped. `file` is the file's number in the run. Returns the
  // span of the days that the chunk has rows of, also of those that are dropped.
  std::optional<DaySpan> add(const Chunk& chunk, TableUse use, std::uint32_t file);

  void merge(const Fold& other);

  // The rows of a day (none: no rows of it were added) in canonical order. Throws Refusal. Label maps of the enabled keys of
  // `reference` may serve several days.
  DayResult finish(Day day, const ClusterIdentity& cluster, const ReferenceData& reference, std::shared_ptr<LabelMaps> label_maps) const;
  DayResult finish(Day day, const ClusterIdentity& cluster, const ReferenceData& reference) const {
    return finish(day, cluster, reference, std::make_shared<LabelMaps>(reference.enabled_keys));
  }

  // For another process of the same version, on the same type of machine. Ids of texts and numbers of files stay what they are.
  std::string to_bytes() const;
  // Behaves as the fold of those bytes, which has the same options. Throws Error(kCorrupt) for what are no bytes of a fold of this version
  // and of the days of the options. Numbers of files are not looked at.
  static Fold from_bytes(std::string_view bytes, const FoldOptions& options);

  std::size_t memory_bytes() const;

 private:
  struct DayTables {
    PodTable pods;
    CapacityTable capacity;
    PlacementTable placements;
    StorageTable storage;
    LabelSets node_labels;
    LabelSets namespace_labels;
    NodeRoleEvidence roles;
    std::uint64_t rows = 0;
  };

  void add_rows_of_day(const Chunk& chunk, RowRange rows, TableUse use, std::uint32_t file, DayTables& day);

  FoldOptions options_;
  Texts texts_;
  std::map<Day, DayTables> days_;
};

}  // namespace costmill
