#include "changes/day_changes.h"

#include <gtest/gtest.h>

#include "../texts/hashes_of.h"
#include "changes/figures_config.h"

namespace costmill {
namespace {

constexpr Day day(int of_month) { return {20361 + of_month}; }  // October 2025

ReferenceData reference_data() {
  return {
      .given = true, .enabled_keys = EnabledKeys::only({"app"}), .cost_categories = {{"a%", 1}}, .node_roles = {{{"n1", "i-1"}, "worker"}}};
}

// A month of three days, one file of hourly pods a day, and the records that a run of it left.
class DayChanges : public testing::Test {
 protected:
  DayChanges() {
    plan_.piece = {{2025, 10}, {day(1), day(3)}};
    for (int of_month = 1; of_month <= 3; ++of_month) {
      add_file("d" + std::to_string(of_month), day(of_month), 0, 23);
      recorded_.records.push_back(record_of(day(of_month)));
    }
  }

  void add_file(const std::string& path, Day of, int first_hour, int last_hour) {
    const std::int64_t midnight_ms = of.number * kMillisecondsPerDay;
    const auto number = static_cast<std::uint32_t>(plan_.files.size());
    plan_.files.push_back({.file = {path, 100, "v1"}, .table = Table::kPodHourly, .use = {.capacity = true}});
    const PlannedRowGroup row_group{.file = number,
                                    .rows = 1,
                                    .days = {of, of},
                                    .times = TimeSpan{midnight_ms + first_hour * 3'600'000LL, midnight_ms + last_hour * 3'600'000LL}};
    for (DayGroup& group : plan_.groups) {
      if (group.days.from == of) return group.row_groups.push_back(row_group);
    }
    plan_.groups.push_back({{of, of}, {row_group}});
  }

  DayRecord record_of(Day of) const {
    const ReferenceScope scope{.label_keys = hashes_of({{"app"}, {"env"}}), .nodes = hashes_of({{"n1", "i-1"}}), .cost_categories = true};
    return {.source_uuid = "s",
            .day = of,
            .files = fingerprints_of(plan_, of),
            .reference_scope = scope,
            .reference = digests_within(scope, reference_data()),
            .config = {{"features.cost_category", "true"}},
            .hours_seen = 24,
            .rows = 5};
  }

  std::vector<DayChange> changes() const { return day_changes(plan_, recorded_, config_, reference_); }

  // The one day that is not unchanged.
  DayChange only_change() const {
    std::vector<DayChange> found = changes();
    std::erase_if(found, [](const DayChange& change) { return change.state == DayState::kUnchanged; });
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? DayChange{} : found.front();
  }

  void expect_all_changed(std::string_view reason) const {
    const std::vector<DayChange> found = changes();
    ASSERT_EQ(found.size(), 3U);
    for (const DayChange& change : found) {
      EXPECT_EQ(change.state, DayState::kChanged);
      ASSERT_EQ(change.reasons.size(), 1U);
      EXPECT_NE(change.reasons[0].find(reason), std::string::npos) << change.reasons[0];
    }
  }

  MonthPlan plan_;
  RecordedDays recorded_;
  FiguresConfig config_{{"features.cost_category", "true"}};
  ReferenceData reference_ = reference_data();
};

TEST_F(DayChanges, WhatIsRecordedAsItIsIsUnchanged) {
  for (const DayChange& change : changes()) {
    EXPECT_EQ(change.state, DayState::kUnchanged);
    EXPECT_FALSE(change.is_to_be_done());
    EXPECT_EQ(change.hours_seen, 24);
  }
  EXPECT_EQ(changes().size(), 3U);
}

TEST_F(DayChanges, ADayWithoutARecordIsNew) {
  recorded_.records.pop_back();
  EXPECT_EQ(only_change().state, DayState::kNew);
  EXPECT_EQ(only_change().day, day(3));
  EXPECT_FALSE(only_change().late);
}

TEST_F(DayChanges, ADayBeforeARecordedOneIsLate) {
  recorded_.records.erase(recorded_.records.begin());
  EXPECT_EQ(only_change().state, DayState::kNew);
  EXPECT_TRUE(only_change().late);
}

TEST_F(DayChanges, AFileOfAnotherVersionWasReplaced) {
  plan_.files[1].file.version = "v2";
  EXPECT_EQ(only_change().day, day(2));
  EXPECT_EQ(only_change().reasons, std::vector<std::string>{"file d2 was replaced"});
}

TEST_F(DayChanges, AFileOfAnotherSizeWasReplaced) {
  plan_.files[1].file.bytes = 101;
  EXPECT_EQ(only_change().reasons, std::vector<std::string>{"file d2 was replaced"});
}

TEST_F(DayChanges, AFurtherFileWasAdded) {
  add_file("d2b", day(2), 0, 5);
  EXPECT_EQ(only_change().reasons, std::vector<std::string>{"file d2b was added"});
}

TEST_F(DayChanges, AMissingFileIsGone) {
  add_file("d2b", day(2), 0, 5);
  recorded_.records[1] = record_of(day(2));
  plan_.groups[1].row_groups.pop_back();
  EXPECT_EQ(only_change().reasons, std::vector<std::string>{"file d2b is gone"});
}

TEST_F(DayChanges, AFileReadAsAnotherTableCounts) {
  plan_.files[1].table = Table::kPodDaily;
  EXPECT_EQ(only_change().reasons, std::vector<std::string>{"file d2 is read as daily pods, it was as hourly pods"});
}

TEST_F(DayChanges, OfManyFilesTheFirstAreNamed) {
  for (int i = 0; i < 9; ++i) add_file("x" + std::to_string(i), day(2), 0, 5);
  EXPECT_EQ(only_change().reasons.size(), 6U);
  EXPECT_EQ(only_change().reasons.back(), "and 4 more");
}

TEST_F(DayChanges, ADayWithoutFilesIsGone) {
  plan_.groups.pop_back();
  EXPECT_EQ(only_change().state, DayState::kGone);
  EXPECT_FALSE(only_change().is_to_be_done());
}

TEST_F(DayChanges, ADayThatHadNoRowsLeavesNothingToBeGone) {
  plan_.groups.pop_back();
  recorded_.records.back().rows = 0;
  EXPECT_EQ(changes().size(), 2U);
}

TEST_F(DayChanges, RowsThatNoRecordVouchesForAreDoneAgainOrGone) {
  recorded_.records.pop_back();
  recorded_.unsure.insert(day(3));
  EXPECT_EQ(only_change().state, DayState::kChanged);
  plan_.groups.pop_back();
  EXPECT_EQ(only_change().state, DayState::kGone);
}

TEST_F(DayChanges, ADayOfAnUnreadableFileIsToBeDone) {
  plan_.refused.emplace(day(2), Error(ErrorCode::kCorrupt, "d2 is damaged"));
  EXPECT_EQ(only_change().state, DayState::kUnreadable);
  EXPECT_TRUE(only_change().is_to_be_done());
  EXPECT_EQ(only_change().reasons, std::vector<std::string>{"d2 is damaged"});
}

TEST_F(DayChanges, AKeyOfTheConfigIsNamedWithBothValues) {
  config_["features.cost_category"] = "false";
  expect_all_changed("features.cost_category is false, it was true");
}

TEST_F(DayChanges, AKeyThatTheRecordDoesNotKnowCounts) {
  config_["rules"] = "2";
  expect_all_changed("rules is 2, it was unknown");
}

TEST_F(DayChanges, AnEnabledKeyCountsForDaysThatHaveIt) {
  reference_.enabled_keys = EnabledKeys::only({"app", "nowhere"});
  for (const DayChange& change : changes()) EXPECT_EQ(change.state, DayState::kUnchanged);
  reference_.enabled_keys = EnabledKeys::only({"app", "env"});
  expect_all_changed("keys of its labels");
}

TEST_F(DayChanges, ARoleCountsForDaysThatHaveTheNode) {
  recorded_.records[1].reference_scope.nodes = hashes_of({{"n2", "i-2"}});
  recorded_.records[1].reference = digests_within(recorded_.records[1].reference_scope, reference_);
  reference_.node_roles[{"n2", "i-2"}] = "infra";
  EXPECT_EQ(only_change().day, day(2));
  EXPECT_EQ(only_change().reasons, std::vector<std::string>{"the roles of its nodes changed in reporting_ocp_nodes"});
}

TEST_F(DayChanges, ACostCategoryCountsForEveryDay) {
  reference_.cost_categories.push_back({"b%", 2});
  expect_all_changed("reporting_ocp_cost_category_namespace");
}

TEST_F(DayChanges, HoursOfWhatIsToBeDoneComeFromStatistics) {
  recorded_ = {};
  plan_.groups[1].row_groups.clear();
  add_file("morning", day(2), 0, 5);
  add_file("evening", day(2), 18, 23);
  EXPECT_EQ(changes()[0].hours_seen, 24);
  EXPECT_EQ(changes()[1].hours_seen, 12);
  plan_.groups[1].row_groups[0].times.reset();
  EXPECT_EQ(changes()[1].hours_seen, std::nullopt);
}

TEST(FiguresConfig, NamesWhatChangesRowsAndNothingElse) {
  const ClusterIdentity cluster{.source_uuid = "s", .cluster_id = "id", .cluster_alias = "alias", .report_period_id = 7};
  Config config;
  const FiguresConfig figures = figures_config(config, cluster);
  EXPECT_EQ(figures.at("ocp.report_period_id"), "7");
  config.performance.max_workers = 99;
  config.run.keep_going = config.run.full = config.run.strict = true;
  config.run.numeric = Numeric::kFloat64;
  config.run.layout = LayoutKind::kPoc;
  config.postgres.connections = 9;
  config.logging.level = LogLevel::kTrace;
  EXPECT_EQ(figures_config(config, cluster), figures);
  for (bool FeatureConfig::*feature : {&FeatureConfig::cost_category, &FeatureConfig::pod_aggregation, &FeatureConfig::storage_aggregation,
                                       &FeatureConfig::unallocated_capacity}) {
    Config other = config;
    other.features.*feature = false;
    EXPECT_NE(figures_config(other, cluster), figures);
  }
}

TEST(FiguresConfig, TheTypeOfNumbersCountsForParquetOnly) {
  Config config;
  config.run.sink = "parquet:out";
  const FiguresConfig decimals = figures_config(config, {});
  config.run.numeric = Numeric::kFloat64;
  EXPECT_NE(figures_config(config, {}), decimals);
}

}  // namespace
}  // namespace costmill
