#include "plan/plan.h"

#include <gtest/gtest.h>

#include "../scan/parquet_builder.h"
#include "plan/file_dates.h"

namespace costmill {
namespace {

const ClusterTree kTree{"org1", "11111111-1111-4111-8111-111111111111"};
constexpr Month kOctober{2025, 10};
const DateRange kThreeDays{make_day(2025, 10, 1), make_day(2025, 10, 3)};

std::string path_of(Table table, const std::string& name) {
  const char* const report = table == Table::kStorageDaily      ? "storage_usage"
                             : table == Table::kNodeLabels      ? "node_labels"
                             : table == Table::kNamespaceLabels ? "namespace_labels"
                                                                : "pod_usage";
  return std::string("data/parquet/") + (table == Table::kPodHourly ? "" : "daily/") + "org1/OCP/" + report +
         "/source=" + kTree.provider_uuid + "/year=2025/month=10/" + name + ".parquet";
}

// A file with every column of its table and one row a day.
struct FileOfDays {
  std::vector<int> days;  // of October 2025
  std::string without = "";
  bool statistics = true;
  std::int64_t row_group_rows = 1 << 20;
};

std::string json_list(std::size_t size, const std::string& element) {
  std::string json = "[";
  for (std::size_t i = 0; i < size; ++i) json += (i == 0 ? "" : ",") + element;
  return json + "]";
}

void write(const TempTree& tree, Table table, const std::string& name, const FileOfDays& file) {
  std::string times = "[";
  for (const int day : file.days) {
    times += (times.size() == 1 ? "" : ",") +
             std::to_string(make_day(2025, 10, 1).number * kMillisecondsPerDay + (day - 1) * kMillisecondsPerDay);
  }
  std::vector<ColumnData> columns{{std::string(kIntervalStart), arrow::timestamp(arrow::TimeUnit::MILLI), times + "]"}};
  for (const ColumnSpec& spec : schema_of(table).texts)
    columns.push_back({std::string(spec.name), arrow::utf8(), json_list(file.days.size(), "\"{}\"")});
  for (const ColumnSpec& spec : schema_of(table).numbers)
    columns.push_back({std::string(spec.name), arrow::float64(), json_list(file.days.size(), "1")});
  std::erase_if(columns, [&](const ColumnData& column) { return column.name == file.without; });
  write_columns(tree.at(path_of(table, name)), columns,
                {.properties =
                     [&](Properties& p) {
                       if (!file.statistics) p.disable_statistics();
                     },
                 .row_group_rows = file.row_group_rows});
}

MonthPlan plan_of(const TempTree& tree, const DateRange& days = kThreeDays, const PlanOptions& options = {}) {
  const auto store = open_store(tree.uri());
  return plan_month(*store, Layout(LayoutKind::kKoku, {}), kTree, {kOctober, days}, options);
}

std::vector<std::string> groups_of(const MonthPlan& plan) {
  std::vector<std::string> groups;
  for (const DayGroup& group : plan.groups) {
    groups.push_back(std::to_string(day_of_month(group.days.from)) + "-" + std::to_string(day_of_month(group.days.to)) + ":" +
                     std::to_string(group.row_groups.size()));
  }
  return groups;
}

std::vector<int> refused_days(const MonthPlan& plan) {
  std::vector<int> days;
  for (const auto& [day, error] : plan.refused) days.push_back(day_of_month(day));
  return days;
}

using Groups = std::vector<std::string>;

// Days of the row groups that a plan reads.
std::vector<std::string> read_days(const MonthPlan& plan) {
  std::vector<std::string> days;
  for (const DayGroup& group : plan.groups) {
    for (const PlannedRowGroup& row_group : group.row_groups)
      days.push_back(std::to_string(day_of_month(row_group.days.first)) + "-" + std::to_string(day_of_month(row_group.days.last)));
  }
  return days;
}

TEST(Plan, KeepsTheRowGroupsOfTheDaysThatAreAskedFor) {
  const TempTree tree;
  for (const int day : {1, 2, 3}) write(tree, Table::kPodDaily, "d" + std::to_string(day), {.days = {day}});
  write(tree, Table::kPodHourly, "all", {.days = {1, 2}});
  MonthPlan plan = plan_of(tree);
  plan.keep({make_day(2025, 10, 2)});
  EXPECT_EQ(read_days(plan), (std::vector<std::string>{"2-2", "1-2"}));
  EXPECT_EQ(plan.left_out, (std::set<Day>{make_day(2025, 10, 1), make_day(2025, 10, 3)}));
  plan.keep({});
  EXPECT_TRUE(read_days(plan).empty());
  EXPECT_EQ(plan.left_out.size(), 3U);
}

TEST(Plan, FilesOfOneDayGiveAGroupADay) {
  const TempTree tree;
  for (const int day : {1, 2, 3}) write(tree, Table::kPodDaily, "d" + std::to_string(day), {.days = {day}});
  for (const int day : {1, 2}) write(tree, Table::kPodHourly, "h" + std::to_string(day), {.days = {day, day}});
  const MonthPlan plan = plan_of(tree);
  EXPECT_EQ(groups_of(plan), (Groups{"1-1:2", "2-2:2", "3-3:1"}));
  EXPECT_EQ(plan.files.size(), 5U);
  EXPECT_TRUE(plan.refused.empty());
}

TEST(Plan, AFileOverTwoDaysJoinsThem) {
  const TempTree tree;
  for (const int day : {1, 2, 3}) write(tree, Table::kPodDaily, "d" + std::to_string(day), {.days = {day}});
  write(tree, Table::kPodHourly, "h", {.days = {1, 2}});
  EXPECT_EQ(groups_of(plan_of(tree)), (Groups{"1-2:3", "3-3:1"}));
}

TEST(Plan, RowGroupsOfOneFileAreToldApart) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "all", {.days = {1, 2, 3}, .row_group_rows = 1});
  EXPECT_EQ(groups_of(plan_of(tree)), (Groups{"1-1:1", "2-2:1", "3-3:1"}));
}

TEST(Plan, WithoutStatisticsAllDaysAreOneGroup) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "d1", {.days = {1}});
  write(tree, Table::kPodDaily, "d2", {.days = {2}, .statistics = false});
  const MonthPlan plan = plan_of(tree);
  EXPECT_EQ(groups_of(plan), (Groups{"1-3:2"}));
  EXPECT_FALSE(plan.groups[0].row_groups[1].times.has_value());
}

TEST(Plan, RowGroupsOutsideTheWindowAreNotRead) {
  const TempTree tree;
  for (const int day : {1, 3, 5, 31}) write(tree, Table::kPodDaily, "d" + std::to_string(day), {.days = {day}});
  EXPECT_EQ(groups_of(plan_of(tree)), (Groups{"1-1:1", "2-2:0", "3-3:1"}));
}

TEST(Plan, FilesOfADayAreThoseThatHoldItsRows) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}});
  write(tree, Table::kPodDaily, "b", {.days = {1, 2}});
  const MonthPlan plan = plan_of(tree);
  EXPECT_EQ(plan.files_of(make_day(2025, 10, 1)).size(), 2U);
  ASSERT_EQ(plan.files_of(make_day(2025, 10, 2)).size(), 1U);
  EXPECT_EQ(plan.files_of(make_day(2025, 10, 2))[0]->file.path, path_of(Table::kPodDaily, "b"));
  EXPECT_TRUE(plan.files_of(make_day(2025, 10, 3)).empty());
}

// F06
TEST(Plan, FilesWithoutRowsAreCounted) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}});
  write(tree, Table::kPodDaily, "b", {.days = {}});
  write(tree, Table::kNodeLabels, "c", {.days = {}});
  const MonthPlan plan = plan_of(tree);
  EXPECT_EQ(plan.files_without_rows, 2U);
  EXPECT_EQ(groups_of(plan), (Groups{"1-1:1", "2-2:0", "3-3:0"}));
}

// F07: each column once.
TEST(Plan, AColumnThatNoFileHasIsAnErrorOrANotice) {
  for (const Table table : kAllTables) {
    std::vector<ColumnSpec> specs{{kIntervalStart, Presence::kRequired}};
    specs.insert(specs.end(), schema_of(table).texts.begin(), schema_of(table).texts.end());
    specs.insert(specs.end(), schema_of(table).numbers.begin(), schema_of(table).numbers.end());
    for (const ColumnSpec& spec : specs) {
      const TempTree tree;
      for (const Table other : kAllTables) {
        write(tree, other, "2025-10-01", {.days = {1}, .without = other == table ? std::string(spec.name) : ""});
      }
      const TableUse use = table == Table::kPodHourly      ? TableUse{.capacity = true}
                           : table == Table::kPodDaily     ? TableUse{.pods = true, .placements = true}
                           : table == Table::kStorageDaily ? TableUse{.storage = true}
                                                           : TableUse{.node_labels = true};
      const WantedColumns wanted = wanted_columns(use, false);
      bool is_wanted = spec.name == kIntervalStart;
      for (std::size_t i = 0; i < schema_of(table).texts.size(); ++i)
        is_wanted |= wanted.text(i) && schema_of(table).texts[i].name == spec.name;
      for (std::size_t i = 0; i < schema_of(table).numbers.size(); ++i)
        is_wanted |= wanted.number(i) && schema_of(table).numbers[i].name == spec.name;
      if (is_wanted && spec.presence == Presence::kRequired) {
        const Error error = error_of([&] { plan_of(tree); });
        EXPECT_EQ(error.code(), ErrorCode::kBadInput);
        EXPECT_EQ(error.place().column, spec.name);
        EXPECT_NE(std::string(error.what()).find(name_of(table)), std::string::npos) << error.what();
      } else {
        const MonthPlan plan = plan_of(tree);
        EXPECT_EQ(plan.notices.size(), is_wanted ? 1U : 0U) << name_of(table) << " without " << spec.name;
      }
    }
  }
}

// F07: its rows would be lost without a word.
TEST(Plan, AFileWithoutTimesRefusesItsDay) {
  const TempTree tree;
  for (const int day : {1, 2, 3}) {
    write(tree, Table::kPodDaily, "pod_usage.2025-10-0" + std::to_string(day) + ".1.0",
          {.days = {day}, .without = day == 2 ? std::string(kIntervalStart) : ""});
  }
  const MonthPlan plan = plan_of(tree);
  ASSERT_EQ(refused_days(plan), (std::vector<int>{2}));
  EXPECT_EQ(plan.refused.begin()->second.code(), ErrorCode::kBadInput);
  EXPECT_EQ(plan.refused.begin()->second.place().column, kIntervalStart);
}

TEST(Plan, AFileWithoutTimesAndWithoutRowsIsFine) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}});
  write(tree, Table::kPodDaily, "b", {.days = {}, .without = std::string(kIntervalStart)});
  EXPECT_TRUE(plan_of(tree).refused.empty());
}

TEST(Plan, AColumnThatSomeFilesLackIsFine) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}, .without = "pod_usage_cpu_core_seconds"});
  write(tree, Table::kPodDaily, "b", {.days = {2}});
  const MonthPlan plan = plan_of(tree);
  EXPECT_EQ(groups_of(plan), (Groups{"1-1:1", "2-2:1", "3-3:0"}));
}

TEST(Plan, AnUnreadableFooterRefusesOnlyItsDayWhereNamesAreConfirmed) {
  const TempTree tree;
  for (const int day : {1, 2, 3}) write(tree, Table::kPodDaily, "pod_usage.2025-10-0" + std::to_string(day) + ".1.0", {.days = {day}});
  tree.write(path_of(Table::kPodDaily, "pod_usage.2025-10-02.1.1"), "<html>");
  const MonthPlan plan = plan_of(tree);
  EXPECT_EQ(refused_days(plan), (std::vector<int>{2}));
  EXPECT_EQ(plan.refused.begin()->second.code(), ErrorCode::kCorrupt);
}

TEST(Plan, AnUnreadableFooterRefusesAllDaysWhereAnotherNameLies) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "pod_usage.2025-10-01.1.0", {.days = {1, 2}});
  write(tree, Table::kPodDaily, "pod_usage.2025-10-03.1.0", {.days = {3}});
  tree.write(path_of(Table::kPodDaily, "pod_usage.2025-10-02.1.1"), "");
  EXPECT_EQ(refused_days(plan_of(tree)), (std::vector<int>{1, 2, 3}));
}

TEST(Plan, AnUnreadableFooterRefusesAllDaysWhereNoNameIsConfirmed) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}});
  tree.write(path_of(Table::kPodDaily, "pod_usage.2025-10-02.1.1"), "PAR1");
  EXPECT_EQ(refused_days(plan_of(tree)), (std::vector<int>{1, 2, 3}));
}

TEST(Plan, AnUnreadableFileOfADayOutsideTheWindowDoesNotMatter) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "pod_usage.2025-10-01.1.0", {.days = {1}});
  tree.write(path_of(Table::kPodDaily, "pod_usage.2025-10-09.1.0"), "");
  EXPECT_TRUE(plan_of(tree).refused.empty());
}

TEST(Plan, AMonthWithoutPodFileSaysWhereItLookedAndWhatIsThere) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}});
  const auto store = open_store(tree.uri());
  const Layout layout(LayoutKind::kKoku, {});
  const Error error = error_of([&] {
    plan_month(*store, layout, kTree, {{2025, 11}, {make_day(2025, 11, 1), make_day(2025, 11, 2)}}, {});
  });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_NE(std::string(error.what()).find("year=2025/month=11"), std::string::npos) << error.what();
  EXPECT_NE(std::string(error.what()).find("this cluster has 2025-10"), std::string::npos) << error.what();
  const Error other = error_of([&] { plan_month(*store, layout, {"org1", "2"}, {kOctober, kThreeDays}, {}); });
  EXPECT_NE(std::string(other.what()).find("org1/" + kTree.provider_uuid), std::string::npos) << other.what();
}

TEST(Plan, AMonthWithoutPodFileNamesEachPlaceOnceAndTemplatesWhereTheyAreUsed) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}});
  const auto store = open_store(tree.uri());
  const auto message_of = [&](const Layout& layout) {
    return std::string(error_of([&] { plan_month(*store, layout, kTree, {{2025, 11}, kThreeDays}, {}); }).what());
  };
  const std::string poc = message_of(Layout(LayoutKind::kPoc, {}));
  EXPECT_EQ(poc.find("openshift_pod"), poc.rfind("openshift_pod")) << poc;
  EXPECT_NE(poc.find("no cluster is there"), std::string::npos) << poc;
  PathTemplates templates;
  templates.pod_daily = templates.pod_hourly = "mine/{year}";
  const std::string own = message_of(Layout(LayoutKind::kKoku, templates));
  EXPECT_EQ(own.find("no cluster"), std::string::npos) << own;
  EXPECT_EQ(own.find("this cluster has"), std::string::npos) << "what the layout would find is not what the config reads: " << own;
  EXPECT_NE(own.find("ocp.parquet_path_pod"), std::string::npos) << own;
}

TEST(Plan, LabelTablesWithoutFilesAreNoticedAndStorageIsNot) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}});
  write(tree, Table::kPodHourly, "a", {.days = {1}});
  const MonthPlan plan = plan_of(tree);
  ASSERT_EQ(plan.notices.size(), 2U);
  EXPECT_NE(plan.notices[0].find("daily node labels"), std::string::npos);
  EXPECT_NE(plan.notices[1].find("daily namespace labels"), std::string::npos);
}

TEST(Plan, WithoutPodsOnlyStorageAndItsPlacementsAreRead) {
  const TempTree tree;
  write(tree, Table::kPodDaily, "a", {.days = {1}});
  write(tree, Table::kPodHourly, "a", {.days = {1}});
  write(tree, Table::kStorageDaily, "a", {.days = {1}});
  const MonthPlan plan = plan_of(tree, kThreeDays, {.pods = false});
  ASSERT_EQ(plan.files.size(), 2U);
  EXPECT_EQ(plan.files[0].use, (TableUse{.storage = true}));
  EXPECT_EQ(plan.files[1].use, (TableUse{.placements = true}));
}

TEST(FileDates, ADateInANameOrInFoldersIsFound) {
  const auto text_of = [](std::string_view path) {
    const auto day = date_in_path(path);
    return day ? to_string(*day) : "none";
  };
  EXPECT_EQ(text_of("a/pod_usage.2025-10-07.123.0_daily_0.parquet"), "2025-10-07");
  EXPECT_EQ(text_of("source=x/year=2025/month=10/day=07/openshift_pod/a.parquet"), "2025-10-07");
  EXPECT_EQ(text_of("source=x/year=2025/month=10/day=7/a.parquet"), "2025-10-07");
  EXPECT_EQ(text_of("source=x/year=2025/month=10/a.parquet"), "none");
  EXPECT_EQ(text_of("2025-10-07/a.parquet"), "none");
  EXPECT_EQ(text_of("2025-13-45.parquet"), "none");
  EXPECT_EQ(text_of(""), "none");
}

TEST(Window, IsCutAtMonthEnds) {
  const auto pieces_of = [](Day from, Day to) {
    std::vector<std::string> pieces;
    for (const MonthPiece& piece : cut_at_month_ends({from, to})) {
      pieces.push_back(to_string(piece.month) + " " + to_string(piece.days.from) + " " + to_string(piece.days.to));
    }
    return pieces;
  };
  EXPECT_EQ(pieces_of(make_day(2024, 12, 30), make_day(2025, 3, 1)),
            (Groups{"2024-12 2024-12-30 2024-12-31", "2025-01 2025-01-01 2025-01-31", "2025-02 2025-02-01 2025-02-28",
                    "2025-03 2025-03-01 2025-03-01"}));
  EXPECT_EQ(pieces_of(make_day(2024, 2, 29), make_day(2024, 2, 29)), (Groups{"2024-02 2024-02-29 2024-02-29"}));
}

}  // namespace
}  // namespace costmill
