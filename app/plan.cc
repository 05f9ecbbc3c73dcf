#include <fmt/format.h>

#include "commands.h"
#include "run/run.h"
#include "terminal.h"

namespace costmill::app {
namespace {

constexpr double kBytesPerMib = 1024.0 * 1024.0;

// What is read for one day. A row group without statistics counts for every day that it may belong to.
struct DayWork {
  std::size_t files = 0;
  std::size_t row_groups = 0;
  std::int64_t rows = 0;
  std::int64_t compressed_bytes = 0;
};

DayWork work_of(const MonthPlan& month, Day day) {
  DayWork work;
  work.files = month.files_of(day).size();
  for (const DayGroup& group : month.groups) {
    if (day < group.days.from || group.days.to < day) continue;
    for (const PlannedRowGroup& row_group : group.row_groups) {
      if (day < row_group.days.first || row_group.days.last < day) continue;
      ++work.row_groups;
      work.rows += row_group.rows;
      work.compressed_bytes += row_group.compressed_bytes;
    }
  }
  return work;
}

void print_month(const MonthPlan& month) {
  for (Day day = month.piece.days.from; day <= month.piece.days.to; day = day.next()) {
    if (const auto refused = month.refused.find(day); refused != month.refused.end()) {
      fmt::print("{:<12}{}\n", to_string(day), printable(fmt::format("cannot be read: {}", refused->second.what())));
      continue;
    }
    const DayWork work = work_of(month, day);
    if (work.row_groups == 0) continue;
    fmt::print("{:<12}{:>7}{:>12}{:>12}{:>10.2f}\n", to_string(day), work.files, work.row_groups, work.rows,
               static_cast<double>(work.compressed_bytes) / kBytesPerMib);
  }
  for (const std::string& notice : month.notices) fmt::print("note: {}\n", printable(notice));
  if (month.files_without_rows > 0) fmt::print("note: {} files without rows are skipped\n", month.files_without_rows);
}

void print_plan(const ClusterPlan& plan, const std::string& sink) {
  fmt::print("{} {} ({}), {} to {}, into {}\n", styled(stdout, Style::kBold, "cluster"), printable(plan.cluster.cluster_alias),
             printable(plan.cluster.source_uuid), to_string(plan.window.from), to_string(plan.window.to), printable(sink));
  fmt::print("{:<12}{:>7}{:>12}{:>12}{:>10}\n", "DAY", "FILES", "ROW GROUPS", "ROWS", "MIB");
  std::size_t files = 0;
  std::int64_t rows = 0;
  std::uint64_t bytes = 0;
  for (const MonthPlan& month : plan.months) {
    print_month(month);
    files += month.files.size();
    for (const PlannedFile& file : month.files) {
      rows += file.rows;
      bytes += file.file.bytes;
    }
  }
  fmt::print("{} files, {} rows, {:.2f} MiB in the months' folders; nothing was read but footers\n", files, rows,
             static_cast<double>(bytes) / kBytesPerMib);
}

}  // namespace

int plan(const Arguments& arguments) {
  const auto config = prepare_config(arguments);
  if (!config) return 0;
  for (const ClusterPlan& cluster : costmill::plan(*config)) print_plan(cluster, config->run.sink);
  return 0;
}

}  // namespace costmill::app
