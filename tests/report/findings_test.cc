#include "report/findings.h"

#include <gtest/gtest.h>

#include "report_rows.h"

namespace costmill {
namespace {

// Three days of a cluster with a row and a fitting record each; a test bends them.
struct Scene {
  Scene() {
    sums.clusters = {{kOneSource, "cluster-1", "Cluster one"}};
    for (int i = 0; i < 3; ++i) {
      const Day day{kFirst.number + i};
      sums.cluster_days[{0, day}] = {.pod_rows = 1, .effective = {.cpu = *parse_decimal("2"), .memory = 0}};
      held.push_back({kOneSource, day});
      DayRecord record{.source_uuid = kOneSource, .day = day, .hours_seen = 24, .rows = 1};
      record.totals.values[2] = 7200;
      records.push_back(record);
    }
  }
  std::vector<DataFinding> findings() const { return findings_in({sums, days, held, records}); }
  std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const DataFinding& finding : findings()) kinds.emplace_back(finding.kind);
    return kinds;
  }

  MonthSums sums;
  DateRange days{kFirst, {kFirst.number + 2}};
  std::vector<StoredKey> held;
  std::vector<DayRecord> records;
};

using Kinds = std::vector<std::string>;

TEST(Findings, NothingIsFoundInGoodDays) { EXPECT_EQ(Scene().kinds(), Kinds{}); }

TEST(Findings, ADayBetweenOthersIsMissingOneBeforeTheFirstOrAfterTheLastIsNot) {
  Scene scene;
  scene.days = {{kFirst.number - 5}, {kFirst.number + 10}};
  EXPECT_EQ(scene.kinds(), Kinds{});
  scene.sums.cluster_days.erase({0, kFirst.next()});
  scene.held.erase(scene.held.begin() + 1);
  scene.records.erase(scene.records.begin() + 1);
  EXPECT_EQ(scene.kinds(), Kinds{"missing_day"});
}

TEST(Findings, DaysThatOnlyAnotherClusterHasAreNotMissing) {
  Scene scene;
  const std::string other = "22222222-2222-4222-8222-222222222222";
  scene.sums.clusters.push_back({other, "cluster-2", "Cluster two"});
  for (int i = 0; i < 6; ++i) {
    const Day day{kFirst.number + i};
    scene.sums.cluster_days[{1, day}] = scene.sums.cluster_days[{0, kFirst}];
    scene.held.push_back({other, day});
    scene.records.push_back(scene.records[0]);
    scene.records.back().source_uuid = other;
    scene.records.back().day = day;
  }
  scene.days.to = {kFirst.number + 5};
  EXPECT_EQ(scene.kinds(), Kinds{});
}

TEST(Findings, HoursThatTheRecordLacksAreCounted) {
  Scene scene;
  scene.records[1].hours_seen = 17;
  ASSERT_EQ(scene.kinds(), Kinds{"missing_hours"});
  EXPECT_EQ(scene.findings()[0].text, "17 of 24 hours seen");
  EXPECT_EQ(scene.findings()[0].day, kFirst.next());
}

TEST(Findings, RowsThatJoinsRepeatedAreMeasuredAgainstTheTotals) {
  Scene scene;
  scene.records[0].totals.values[2] = 7200 * (1 + 1e-12);
  EXPECT_EQ(scene.kinds(), Kinds{});
  scene.records[0].totals.values[2] = 3600;
  ASSERT_EQ(scene.kinds(), Kinds{"repeated_rows"});
  EXPECT_NE(scene.findings()[0].text.find("100.00 % (CPU)"), std::string::npos);
}

TEST(Findings, DaysWithoutRecordAndDaysWithOtherRowsThanTheirRecordAreNamed) {
  Scene scene;
  scene.records[0].rows = 2;
  scene.records.pop_back();
  EXPECT_EQ(scene.kinds(), (Kinds{"other_rows", "no_record"}));
}

TEST(Findings, ADayIsLateWhoseFileIsMoreThanADayNewerThanThoseOfALaterDay) {
  Scene scene;
  const auto file = [](const char* version) { return std::vector<FileFingerprint>{{.path = "a", .version = version}}; };
  scene.records[0].files = file("1700000000000000000");
  scene.records[1].files = file("1700200000000000000");
  scene.records[2].files = file("1700113600000000000");
  EXPECT_EQ(scene.kinds(), Kinds{});
  scene.records[1].files = file("1700200000000000001");
  EXPECT_EQ(scene.kinds(), Kinds{"late"});
  scene.records[1].files = file("d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(scene.kinds(), Kinds{});
}

TEST(Findings, TotalsThatJumpAgainstTheDaysBeforeAreFound) {
  Scene scene;
  scene.records[0].totals.values[2] = scene.records[1].totals.values[2] = 100'000'000;
  scene.records[2].totals.values[2] = 100'000'000.0 * 200;
  EXPECT_EQ(scene.kinds(), Kinds{"totals_jump"});
}

TEST(Findings, NodesAboveTheirCapacityAreCountedWithAnExample) {
  Scene scene;
  scene.sums.cluster_days[{0, kFirst}].nodes_above_capacity = {"node-1", "node-2"};
  ASSERT_EQ(scene.kinds(), Kinds{"above_capacity"});
  EXPECT_NE(scene.findings()[0].text.find("2 nodes"), std::string::npos);
}

TEST(Findings, NodesAreNotAboveTheirCapacityWhereRowsCountSeveralTimes) {
  Scene scene;
  scene.sums.cluster_days[{0, kFirst}].nodes_above_capacity = {"node-1"};
  scene.records[0].totals.values[2] = 3600;
  EXPECT_EQ(scene.kinds(), Kinds{"repeated_rows"});
}

TEST(Findings, SignsOfTheReceiptAreToldThoseOfNoNameAreNot) {
  Scene scene;
  scene.records[1].signs = {{"negative_value", 2}, {"nodes_with_several_label_sets", 1}, {"a sign of another version", 7}};
  const std::vector<DataFinding> findings = scene.findings();
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].kind, "negative_value");
  EXPECT_EQ(findings[0].text, "2 negative values");
  EXPECT_EQ(findings[0].day, kFirst.next());
  EXPECT_EQ(findings[1].text, "1 nodes with several label sets");
}

TEST(Findings, WhatRowsAndReceiptBothTellIsToldOnce) {
  Scene scene;
  scene.sums.cluster_days[{0, kFirst}].nodes_above_capacity = {"node-1"};
  scene.records[0].signs = {{"usage_above_capacity", 1}};
  EXPECT_EQ(scene.kinds(), Kinds{"above_capacity"});
  scene.sums.cluster_days[{0, kFirst}].nodes_above_capacity.clear();  // it was a claim
  EXPECT_EQ(scene.kinds(), Kinds{"usage_above_capacity"});
  scene.records[0].signs = {{"missing_hours", 3}};  // of a node
  EXPECT_EQ(scene.kinds(), Kinds{"missing_hours"});
  scene.records[0].hours_seen = 23;
  EXPECT_EQ(scene.kinds(), Kinds{"missing_hours"});
}

}  // namespace
}  // namespace costmill
