#include "report/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "costmill/error.h"
#include "report_rows.h"

namespace costmill {
namespace {

const std::string kOtherSource = "22222222-2222-4222-8222-222222222222";

StoredKey key(int month, int day, const std::string& source = kOneSource) { return {source, make_day(2025, month, day)}; }

nlohmann::json json_of_report(SinkReader& reader, const ReportRequest& request = {}) {
  return nlohmann::json::parse(report_json(*make_report(reader, request, kNotCancelled), "sqlite:x"));
}

TEST(Report, TakesTheMonthOfTheLastDayUnlessTold) {
  RowsInMemory sink;
  sink.rows[key(9, 30)] = {pod_row("shop", "1")};
  sink.rows[key(10, 2)] = {pod_row("shop", "2")};
  const auto json = json_of_report(sink);
  EXPECT_EQ(json["from"], "2025-10-01");
  EXPECT_EQ(json["to"], "2025-10-31");
  EXPECT_EQ(json["days"].size(), 31U);
  EXPECT_EQ(json["groups"].size(), 1U);
  EXPECT_EQ(json["groups"][0]["series"][0], "2");
  EXPECT_EQ(json["groups"][0]["first_day"], 1);
  EXPECT_EQ(json_of_report(sink, {.days = DateRange{make_day(2025, 9, 30), make_day(2025, 9, 30)}})["groups"][0]["series"][0], "1");
}

TEST(Report, SeriesHoldZeroesBetweenDaysAndNoneAtTheEnd) {
  RowsInMemory sink;
  sink.rows[key(10, 1)] = {pod_row("shop", "1.5")};
  sink.rows[key(10, 4)] = {pod_row("shop", "2")};
  sink.rows[key(10, 5)] = {pod_row("shop", "0")};
  EXPECT_EQ(json_of_report(sink)["groups"][0]["series"][0], "1.5 0 0 2");
  EXPECT_EQ(json_of_report(sink)["groups"][0]["series"][1], "");
}

TEST(Report, ComparesAWholeMonthWithTheMonthBeforeAndOtherDaysWithAsManyBefore) {
  const auto before = [](Day from, Day to) {
    const DateRange days = days_before({from, to});
    return to_string(days.from) + " " + to_string(days.to);
  };
  EXPECT_EQ(before(make_day(2025, 3, 1), make_day(2025, 3, 31)), "2025-02-01 2025-02-28");
  EXPECT_EQ(before(make_day(2025, 10, 6), make_day(2025, 10, 12)), "2025-09-29 2025-10-05");
  RowsInMemory sink;
  sink.rows[key(10, 2)] = {pod_row("shop", "2")};
  EXPECT_TRUE(json_of_report(sink)["before"].is_null());
  sink.rows[key(9, 30)] = {pod_row("shop", "1"), claim_row("claim", "1")};
  const auto json = json_of_report(sink);
  EXPECT_EQ(json["before"]["from"], "2025-09-01");
  EXPECT_EQ(json["before"]["namespaces"][0]["effective"][0], "1");
}

TEST(Report, ClustersAreChosenByUuidIdOrAliasAndUnknownOnesAreRefusedWithThoseThatAre) {
  RowsInMemory sink;
  sink.rows[key(10, 1)] = {pod_row("shop", "1")};
  StoredRow other = pod_row("shop", "2");
  other[static_cast<std::size_t>(Column::kClusterAlias)] = "Cluster two";
  other[static_cast<std::size_t>(Column::kClusterId)] = "cluster-2";
  sink.rows[key(10, 1, kOtherSource)] = {other};
  EXPECT_EQ(json_of_report(sink)["clusters"].size(), 2U);
  for (const std::string& name : {kOtherSource, std::string("Cluster two"), std::string("cluster-2")}) {
    const auto json = json_of_report(sink, {.cluster = name});
    ASSERT_EQ(json["groups"].size(), 1U);
    EXPECT_EQ(json["groups"][0]["series"][0], "2");
  }
  try {
    json_of_report(sink, {.cluster = "three"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadConfig);
    EXPECT_NE(std::string(error.what()).find("Cluster two"), std::string::npos);
  }
}

TEST(Report, DaysBeforeAreToldByCluster) {
  RowsInMemory sink;
  sink.rows[key(9, 30)] = sink.rows[key(10, 1)] = sink.rows[key(9, 30, kOtherSource)] = {pod_row("shop", "1")};
  const auto json = json_of_report(sink);
  EXPECT_EQ(json["before"]["cluster_days"].dump(), R"([{"cluster":0,"day":"2025-09-30"},{"cluster":1,"day":"2025-09-30"}])");
}

TEST(Report, ClustersWithoutDaysInTheReportAndBeforeAreLeftOut) {
  RowsInMemory sink;
  sink.rows[key(3, 1)] = {pod_row("shop", "1")};
  sink.rows[key(10, 1, kOtherSource)] = {pod_row("shop", "2")};
  const auto json = json_of_report(sink);
  ASSERT_EQ(json["clusters"].size(), 1U);
  EXPECT_EQ(json["clusters"][0]["uuid"], kOtherSource);
  EXPECT_EQ(json["groups"][0]["cluster"], 0);
  EXPECT_EQ(json["findings"].size(), 1U);
}

TEST(Report, TheDaysAreCutToTheMonthsThatTheSinkHolds) {
  RowsInMemory sink;
  sink.rows[key(9, 30)] = sink.rows[key(10, 2)] = {pod_row("shop", "1")};
  const auto days = [&](Day from, Day to) {
    const auto json = json_of_report(sink, {.days = DateRange{from, to}});
    return json["from"].get<std::string>() + " " + json["to"].get<std::string>();
  };
  EXPECT_EQ(days(make_day(1, 1, 1), make_day(9999, 12, 31)), "2025-09-01 2025-10-31");
  EXPECT_EQ(days(make_day(2025, 9, 7), make_day(2025, 10, 20)), "2025-09-07 2025-10-20");
  EXPECT_EQ(days(make_day(2024, 1, 1), make_day(2024, 12, 31)), "2024-01-01 2024-01-31");
}

TEST(Report, NumbersGiveUpPlacesBeforeThePageGetsTooLarge) {
  RowsInMemory sink;
  EXPECT_FALSE(make_report(sink, {}, kNotCancelled));
  for (int day = 1; day <= 31; ++day) {
    for (int i = 0; i < 600; ++i) {
      Cells numbers;
      for (const Column column : kUsageColumns) numbers.emplace_back(column, "41.666666666666666");
      sink.rows[key(10, day)].push_back(pod_row("namespace-" + std::to_string(i), "1", "{}", numbers));
    }
  }
  const std::string json = report_json(*make_report(sink, {}, kNotCancelled), "sqlite:x");
  EXPECT_EQ(nlohmann::json::parse(json)["places"], 9);
  EXPECT_NE(json.find("41.666666667 "), std::string::npos);
  EXPECT_LT(json.size(), 3'000'000U);
}

TEST(Report, CancellationEndsIt) {
  RowsInMemory sink;
  sink.rows[key(10, 1)] = {pod_row("shop", "1")};
  const std::atomic<bool> cancelled = true;
  EXPECT_THROW(make_report(sink, {}, cancelled), Error);
}

}  // namespace
}  // namespace costmill
