#include "metrics/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "costmill/error.h"

namespace costmill {
namespace {

std::string line_of(const Metrics& metrics, std::string_view series) {
  std::istringstream lines(metrics.text());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(std::string(series) + ' ')) return line;
  }
  return "";
}

TEST(Metrics, NamesFollowTheConventionsOfPrometheus) {
  std::set<std::string_view> names;
  for (const MetricDef& def : all_metrics()) {
    EXPECT_TRUE(names.insert(def.name).second) << def.name;
    EXPECT_TRUE(def.name.starts_with("costmill_")) << def.name;
    EXPECT_EQ(def.name.ends_with("_total"), def.kind == MetricKind::kCounter) << def.name;
    EXPECT_FALSE(def.help.empty()) << def.name;
    EXPECT_EQ(def.label.empty(), def.label_values.empty()) << def.name;
  }
}

TEST(Metrics, TheNumberOfSeriesIsFixed) {
  std::size_t series = 0;
  for (const MetricDef& def : all_metrics()) series += def.label.empty() ? 1 : def.label_values.size();
  EXPECT_LE(series, 100U);
}

TEST(Metrics, CountersBeginAtZeroAndGaugesAreLeftOutUntilTheyAreSet) {
  Metrics metrics;
  EXPECT_EQ(line_of(metrics, "costmill_rows_read_total"), "costmill_rows_read_total 0");
  EXPECT_EQ(metrics.text().find("costmill_last_success_timestamp_seconds"), std::string::npos);
  metrics.set(Metric::kLastSuccess, 1.7e9);
  EXPECT_EQ(line_of(metrics, "costmill_last_success_timestamp_seconds"), "costmill_last_success_timestamp_seconds 1700000000");
}

TEST(Metrics, CountersAddUpByLabel) {
  Metrics metrics;
  metrics.add(Metric::kDays, 2, "written");
  metrics.add(Metric::kDays, 3, "written");
  EXPECT_EQ(line_of(metrics, "costmill_summaries_total{result=\"written\"}"), "costmill_summaries_total{result=\"written\"} 5");
  EXPECT_EQ(line_of(metrics, "costmill_summaries_total{result=\"failed\"}"), "costmill_summaries_total{result=\"failed\"} 0");
}

TEST(Metrics, ALabelTakesNoOtherValue) {
  Metrics metrics;
  EXPECT_THROW(metrics.add(Metric::kDays, 1, "shop-prod"), Error);
  EXPECT_THROW(metrics.add(Metric::kRowsRead, 1, "shop-prod"), Error);
}

TEST(Metrics, ALargeCountIsExact) {
  Metrics metrics;
  metrics.add(Metric::kRowsRead, 9007199254740991.0);
  EXPECT_EQ(line_of(metrics, "costmill_rows_read_total"), "costmill_rows_read_total 9007199254740991");
}

TEST(Metrics, CountersAndTheLastSuccessGoOnFromAnotherProcess) {
  Metrics before;
  before.add(Metric::kRowsRead, 1.5e9);
  before.add(Metric::kDays, 7, "refused");
  before.set(Metric::kLastSuccess, 1.7e9);
  before.set(Metric::kMemoryPeak, 5);
  Metrics metrics;
  metrics.go_on_from(before.text());
  metrics.add(Metric::kDays, 1, "refused");
  EXPECT_EQ(metrics.value(Metric::kRowsRead), 1.5e9);
  EXPECT_EQ(metrics.value(Metric::kDays, "refused"), 8);
  EXPECT_EQ(metrics.value(Metric::kLastSuccess), 1.7e9);
  EXPECT_EQ(metrics.value(Metric::kMemoryPeak), std::nullopt);
}

TEST(Metrics, WhatIsNotOursIsPassedOver) {
  Metrics metrics;
  const std::string before = metrics.text();
  metrics.go_on_from(
      "costmill_rows_read_total\ncostmill_rows_read_total nan\ncostmill_rows_read_total -1\ncostmill_rows_read_total 1e999\n"
      "costmill_rows_read_total{x=\"y\"} 1\ncostmill_summaries_total{result=\"shop\"} 1\nother_total 1\n \n\n\xff\xfe 1\n"
      "costmill_build_info{version=\"9\"} 1\ncostmill_rows_read_total 1 2 3");
  EXPECT_EQ(metrics.text(), before);
}

}  // namespace
}  // namespace costmill
