// What is to be read for which days: made from listings and footers alone, no line item is touched.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/layout.h"
#include "costmill/error.h"
#include "plan/window.h"
#include "sanity/day_sanity.h"
#include "scan/parquet_file.h"
#include "scan/table_use.h"

namespace costmill {

struct PlannedFile {
  StoredFile file;
  Table table = Table::kPodDaily;
  TableUse use;
  std::int64_t rows = 0;
  std::shared_ptr<parquet::FileMetaData> metadata;  // its footer, unless the month has too many to keep
  std::shared_ptr<OpenedFile> content;              // all of it, where that was cheaper to fetch than the footer alone
};

struct PlannedRowGroup {
  std::uint32_t file = 0;  // index into MonthPlan::files
  int row_group = 0;
  std::int64_t rows = 0;
  std::int64_t compressed_bytes = 0;
  DaySpan days;                   // within the piece
  std::optional<TimeSpan> times;  // nullopt: no statistics; any day of the piece

  bool may_hold(Day day) const { return days.first <= day && day <= days.last; }
};

// Days that share row groups, and nothing with other days: the unit that is folded, finished and freed.
struct DayGroup {
  DateRange days;
  std::vector<PlannedRowGroup> row_groups;  // by file, then row group
  // Of storage, folded by other processes: read for the names of pods only.
  std::vector<PlannedRowGroup> storage_elsewhere = {};
};

// What is read for one day. A row group without statistics counts for every day that it may belong to.
struct DayWork {
  std::size_t files = 0;
  std::size_t row_groups = 0;
  std::int64_t rows = 0;
  std::int64_t compressed_bytes = 0;
};

struct MonthPlan {
  MonthPiece piece;
  std::vector<PlannedFile> files;  // readable ones, by path within each table
  std::vector<DayGroup> groups;    // oldest first, disjoint; together all days of the piece
  std::map<Day, Error> refused;    // days that an unreadable file may belong to
  std::set<Day> left_out;          // days of the piece that are not to be done
  std::size_t files_without_rows = 0;
  std::size_t row_groups_in_files = 0;  // whether or not they hold rows of the piece
  std::map<Day, DaySanity> signs;       // of bad data, that footers show
  std::vector<std::string> notices;     // what may be missing: errors under run.strict

  // The files that hold rows of the day, by path.
  std::vector<const PlannedFile*> files_of(Day day) const;
  DayWork work_of(Day day) const;

  // Leaves out all days but these, and the row groups that hold nothing of them.
  void keep(const std::set<Day>& days);
};

enum class PlanPurpose {
  kSummary,
  kNodeSurvey,  // daily pods and node labels only, and of the pods only what tells of their nodes
};

struct PlanOptions {
  PlanPurpose purpose = PlanPurpose::kSummary;
  bool pods = true;
  bool storage = true;
  bool derive_roles = false;
  int parallel_readers = 4;
  std::int64_t held_bytes_a_table = 0;  // of small files whose whole content is kept for reading
  ReadOptions read;
};

// Errors: kBadInput if no file of a table has a column that the rules need, or the month has no pod file at all (the message says
// where it looked and what is there).
MonthPlan plan_month(Store& store, const Layout& layout, const ClusterTree& tree, const MonthPiece& piece, const PlanOptions& options);

}  // namespace costmill
