#include "plan/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "plan/file_dates.h"
#include "plan/footer_signs.h"
#include "plan/footers.h"
#include "plan/parallel.h"

namespace costmill {
namespace {

struct TablePlan {
  Table table;
  TableUse use;
  TableFiles found;
  std::vector<Footer> footers;
};

[[noreturn]] void throw_no_pods(Store& store, const Layout& layout, const ClusterTree& tree, Month month,
                                const std::vector<TablePlan>& tables) {
  std::vector<std::string> looked_in;
  for (const TablePlan& table : tables) {
    if (table.table != Table::kPodHourly && table.table != Table::kPodDaily) continue;
    for (const std::string& path : table.found.looked_in) {
      if (std::find(looked_in.begin(), looked_in.end(), path) == looked_in.end()) looked_in.push_back(path);
    }
  }
  std::vector<std::string> months;
  for (const Month there : layout.find_months(store, tree)) months.push_back(to_string(there));
  std::vector<std::string> clusters;
  for (const ClusterTree& there : layout.find_clusters(store)) clusters.push_back(there.org_id + "/" + there.provider_uuid);
  throw Error(ErrorCode::kBadInput,
              fmt::format("no pod file of cluster {} and month {} under {}: looked in {}; {}", tree.provider_uuid, to_string(month),
                          store.uri(), fmt::join(looked_in, ", "),
                          !months.empty()                     ? fmt::format("this cluster has {}", fmt::join(months, ", "))
                          : !clusters.empty()                 ? fmt::format("clusters there (org/uuid): {}", fmt::join(clusters, ", "))
                          : layout.cluster_patterns().empty() ? "check --input and ocp.parquet_path_pod, parquet_path_pod_hourly"
                                                              : "no cluster is there: check --input and --layout"));
}

std::vector<std::string> wanted_names(Table table, WantedColumns wanted) {
  const TableSchema& schema = schema_of(table);
  std::vector<std::string> names{std::string(kIntervalStart)};
  for (std::size_t i = 0; i < schema.texts.size(); ++i) {
    if (wanted.text(i)) names.emplace_back(schema.texts[i].name);
  }
  for (std::size_t i = 0; i < schema.numbers.size(); ++i) {
    if (wanted.number(i)) names.emplace_back(schema.numbers[i].name);
  }
  return names;
}

bool is_required(Table table, const std::string& column) {
  if (column == kIntervalStart) return true;
  const TableSchema& schema = schema_of(table);
  for (const auto& specs : {schema.texts, schema.numbers}) {
    for (const ColumnSpec& spec : specs) {
      if (spec.name == column) return spec.presence == Presence::kRequired;
    }
  }
  return false;
}

// A column that a file lacks reads NULL; one that no file of the table has is an error where the rules need it.
void check_columns(const TablePlan& table, const std::vector<std::string>& names, MonthPlan& plan) {
  std::size_t readable = 0;
  std::map<std::string, std::size_t> lacking;
  for (const Footer& footer : table.footers) {
    if (footer.error) continue;
    ++readable;
    for (const std::string& column : footer.missing_columns) ++lacking[column];
  }
  for (const std::string& column : names) {
    if (readable == 0 || lacking[column] < readable) continue;
    const std::string& first = table.found.files.front().path;
    if (is_required(table.table, column)) {
      throw Error(ErrorCode::kBadInput,
                  fmt::format("column {} is in none of the {} files of {} of {} (first: {}); the report must hold it", column, readable,
                              name_of(table.table), to_string(plan.piece.month), first),
                  {.file = first, .column = column});
    }
    plan.notices.push_back(fmt::format("column {} is in no file of {}: it reads NULL", column, name_of(table.table)));
  }
}

// A file without times has rows of no day, which would be lost.
void refuse_files_without_times(TablePlan& table) {
  for (std::size_t i = 0; i < table.footers.size(); ++i) {
    Footer& footer = table.footers[i];
    const auto& missing = footer.missing_columns;
    if (footer.error || footer.metadata->num_rows() == 0 || std::find(missing.begin(), missing.end(), kIntervalStart) == missing.end())
      continue;
    const std::string& path = table.found.files[i].path;
    footer.error = Error(ErrorCode::kBadInput,
                         fmt::format("{} has no column {}, so its {} rows belong to no day; write it again, or take it out of the input",
                                     path, kIntervalStart, footer.metadata->num_rows()),
                         {.file = path, .column = std::string(kIntervalStart)});
    footer.row_groups.clear();
  }
}

// Footers of a month that are kept, so that nothing reads them again: some eight times as much in memory.
constexpr std::int64_t kMostFooterBytes = 2 << 20;

void add_files(const TablePlan& table, MonthPlan& plan, std::int64_t& footer_bytes, std::vector<PlannedRowGroup>& row_groups) {
  const DateRange& piece = plan.piece.days;
  for (std::size_t i = 0; i < table.footers.size(); ++i) {
    const Footer& footer = table.footers[i];
    if (footer.error) continue;
    const auto number = static_cast<std::uint32_t>(plan.files.size());
    PlannedFile file{table.found.files[i], table.table, table.use, 0, nullptr, footer.content};
    footer_bytes += footer.metadata->size();
    if (footer_bytes <= kMostFooterBytes) file.metadata = footer.metadata;
    for (int group = 0; group < static_cast<int>(footer.row_groups.size()); ++group) {
      const RowGroupInfo& info = footer.row_groups[static_cast<std::size_t>(group)];
      file.rows += info.rows;
      if (info.rows == 0) continue;
      ++plan.row_groups_in_files;
      const DaySpan days = info.times ? info.times->days() : DaySpan{piece.from, piece.to};
      if (days.last < piece.from || piece.to < days.first) continue;
      row_groups.push_back({.file = number,
                            .row_group = group,
                            .rows = info.rows,
                            .compressed_bytes = info.compressed_bytes,
                            .days = {std::max(days.first, piece.from), std::min(days.last, piece.to)},
                            .times = info.times});
    }
    if (file.rows == 0) ++plan.files_without_rows;
    plan.files.push_back(std::move(file));
  }
}

// Spans that overlap become one group; every day of the piece is in one.
std::vector<DayGroup> group_days(const DateRange& piece, const std::vector<PlannedRowGroup>& row_groups) {
  std::vector<DayGroup> groups;
  std::vector<Day> reaches_to;  // by day of the piece: the last day that shares a row group starting here
  for (Day day = piece.from; day <= piece.to; day = day.next()) reaches_to.push_back(day);
  for (const PlannedRowGroup& row_group : row_groups) {
    Day& reach = reaches_to[static_cast<std::size_t>(row_group.days.first.number - piece.from.number)];
    reach = std::max(reach, row_group.days.last);
  }
  for (Day from = piece.from; from <= piece.to;) {
    Day to = from;
    for (Day day = from; day <= to; day = day.next())
      to = std::max(to, reaches_to[static_cast<std::size_t>(day.number - piece.from.number)]);
    groups.push_back({{from, to}, {}});
    from = to.next();
  }
  for (const PlannedRowGroup& row_group : row_groups) {
    const auto after = std::upper_bound(groups.begin(), groups.end(), row_group.days.first,
                                        [](Day day, const DayGroup& group) { return day < group.days.from; });
    std::prev(after)->row_groups.push_back(row_group);
  }
  return groups;
}

TableUse use_of(Table table, const PlanOptions& options, bool has_storage) {
  if (options.purpose == PlanPurpose::kNodeSurvey) return {.node_labels = table == Table::kNodeLabels, .nodes = table == Table::kPodDaily};
  TableUse use = use_of(table, {.pods = options.pods, .storage = options.storage});
  use.placements = use.placements && has_storage;
  return use;
}

std::vector<TablePlan> find_tables(Store& store, const Layout& layout, const ClusterTree& tree, Month month, const PlanOptions& options) {
  // Storage and labels first: they are small.
  constexpr Table kInOrder[] = {Table::kStorageDaily, Table::kNodeLabels, Table::kNamespaceLabels, Table::kPodDaily, Table::kPodHourly};
  std::vector<TablePlan> tables(std::size(kInOrder));
  for_each_in_parallel(tables.size(), options.parallel_readers,
                       [&](std::size_t i) { tables[i].found = layout.find(store, tree, month, kInOrder[i]); });
  const bool has_storage = !tables.front().found.files.empty();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    tables[i].table = kInOrder[i];
    tables[i].use = use_of(kInOrder[i], options, has_storage);
  }
  TablePlan& hourly = tables.back();
  TablePlan& daily = tables[tables.size() - 2];
  if (hourly.found.files.empty() && daily.found.files.empty()) throw_no_pods(store, layout, tree, month, tables);
  if (hourly.found.files == daily.found.files) {  // one pass where one table serves as both
    daily.use.capacity = hourly.use.capacity;
    tables.pop_back();
  }
  std::erase_if(tables, [](const TablePlan& table) { return table.use == TableUse{}; });
  return tables;
}

}  // namespace

MonthPlan plan_month(Store& store, const Layout& layout, const ClusterTree& tree, const MonthPiece& piece, const PlanOptions& options) {
  MonthPlan plan;
  plan.piece = piece;
  std::vector<TablePlan> tables = find_tables(store, layout, tree, piece.month, options);
  std::vector<PlannedRowGroup> row_groups;
  std::int64_t footer_bytes = 0;
  FileDates dates;
  for (TablePlan& table : tables) {
    if (table.found.files.empty() && table.table != Table::kStorageDaily) {
      plan.notices.push_back(fmt::format("no file of {} for {} (looked in {}): treated as empty", name_of(table.table),
                                         to_string(piece.month), fmt::join(table.found.looked_in, ", ")));
    }
    const std::vector<std::string> names = wanted_names(table.table, wanted_columns(table.use, options.derive_roles));
    table.footers = read_footers(store, table.found.files, names, options.parallel_readers, options.held_bytes_a_table, options.read);
    check_columns(table, names, plan);
    refuse_files_without_times(table);
    add_files(table, plan, footer_bytes, row_groups);
    for (std::size_t i = 0; i < table.footers.size(); ++i) {
      for (const RowGroupInfo& info : table.footers[i].row_groups) dates.observe(table.found.files[i].path, info);
    }
  }
  plan.groups = group_days(piece.days, row_groups);
  std::vector<TableFooters> all;
  for (const TablePlan& table : tables) all.push_back({table.table, table.use.capacity, table.found.files, table.footers});
  plan.signs = look_at_footers(all, piece);
  for (const TablePlan& table : tables) {
    for (std::size_t i = 0; i < table.footers.size(); ++i) {
      if (!table.footers[i].error) continue;
      for (const Day day : dates.days_of(table.found.files[i].path, piece.days)) plan.refused.emplace(day, *table.footers[i].error);
    }
  }
  return plan;
}

}  // namespace costmill
