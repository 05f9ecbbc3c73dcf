#include "summary/day_checks.h"

#include <gtest/gtest.h>

#include "fold_builder.h"

namespace costmill {
namespace {

constexpr double kDayOfCore = 24 * kHour;

// A whole day of a node: hours in the hourly pods, one row in the daily ones.
LineItems whole_day(const PodItem& daily = {}) {
  LineItems items;
  for (int hour = 0; hour < 24; ++hour) items.hourly({.hour = static_cast<double>(hour)});
  items.daily(daily);
  return items;
}

SanityFinding found(const LineItems& items, SanityCheck check) { return summarize(items).sanity[check]; }

TEST(DayChecks, AWholeDayOfANodeHasNoSigns) {
  EXPECT_FALSE(
      summarize(whole_day({.usage_cpu = kDayOfCore, .request_cpu = 4 * kDayOfCore, .effective_cpu = 4 * kDayOfCore})).sanity.any());
}

// F12
TEST(DayChecks, UsageAndRequestsAboveTheCapacityOfNodeAndClusterAreCounted) {
  const LineItems items = whole_day({.usage_cpu = 4.3 * kDayOfCore, .request_cpu = 4.3 * kDayOfCore, .effective_cpu = 4.3 * kDayOfCore});
  EXPECT_EQ(found(items, SanityCheck::kUsageAboveCapacity).count, 2U);
  EXPECT_EQ(found(items, SanityCheck::kRequestAboveCapacity).count, 2U);
  EXPECT_NE(found(items, SanityCheck::kUsageAboveCapacity).example.what.find("node \"n1\""), std::string::npos);
  EXPECT_EQ(found(whole_day({.usage_cpu = 4.1 * kDayOfCore}), SanityCheck::kUsageAboveCapacity).count, 0U);  // rounding
}

TEST(DayChecks, AValueOfUnusualSizeCountsInTheSumsOfItsNode) {
  EXPECT_EQ(found(whole_day({.usage_memory = 0x1p70}), SanityCheck::kUsageAboveCapacity).count, 2U);
  EXPECT_EQ(found(whole_day({.usage_cpu = 0x1p40}), SanityCheck::kUsageAboveCapacity).count, 2U);
}

TEST(DayChecks, LimitsMayBeFarAboveCapacityButNotAThousandTimes) {
  EXPECT_FALSE(summarize(whole_day({.limit_cpu = 3'000 * kDayOfCore})).sanity.any());
  EXPECT_EQ(found(whole_day({.limit_cpu = 5'000 * kDayOfCore}), SanityCheck::kLimitFarAboveCapacity).count, 2U);
}

TEST(DayChecks, UsageOfAVolumeAboveItsCapacityIsCounted) {
  LineItems items = whole_day();
  items.storage({.capacity = 1e9, .request = 1e9, .usage = 2e9});
  EXPECT_EQ(found(items, SanityCheck::kUsageAboveCapacity).count, 1U);
}

TEST(DayChecks, EffectiveUsageLiesBetweenTheLargerAndTheSumOfUsageAndRequest) {
  const auto count = [](double usage, double request, double effective) {
    return found(whole_day({.usage_cpu = usage, .request_cpu = request, .effective_cpu = effective}),
                 SanityCheck::kEffectiveUsageOutOfBounds)
        .count;
  };
  EXPECT_EQ(count(100, 200, 200), 0U);
  EXPECT_EQ(count(100, 200, 300), 0U);
  EXPECT_EQ(count(100, 200, 199.9), 1U);
  EXPECT_EQ(count(100, 200, 300.1), 1U);
  EXPECT_EQ(count(100, 200, 200 - 1e-10), 0U);  // rounding
  EXPECT_EQ(
      found(whole_day({.usage_cpu = 1, .request_cpu = 2, .effective_cpu = std::nullopt}), SanityCheck::kEffectiveUsageOutOfBounds).count,
      0U);
}

// F10
TEST(DayChecks, NegativeValuesAreCountedAndTheFirstRowIsNamed) {
  LineItems items = whole_day();
  items.daily({.limit_memory = -1}).daily({.usage_cpu = -2}).daily({.usage_cpu = -0.0});
  const SanityFinding finding = found(items, SanityCheck::kNegativeValue);
  EXPECT_EQ(finding.count, 2U);
  EXPECT_EQ(finding.example.row, 1U);
  EXPECT_EQ(finding.example.what, "column pod_limit_memory_byte_seconds, value -1");
  EXPECT_EQ(found(whole_day().storage({.usage = -1}), SanityCheck::kNegativeValue).count, 1U);
  EXPECT_EQ(found(whole_day().hourly({.capacity_cpu = -1}), SanityCheck::kNegativeValue).count, 1U);
}

// F12
TEST(DayChecks, TwoCapacitiesInOneHourAreCountedAndTheLargerStays) {
  LineItems items = whole_day();
  items.hourly({.capacity_cpu = 2 * kHour, .hour = 7}).hourly({.capacity_cpu = 2 * kHour, .hour = 7}).hourly({.hour = 7});
  const DayResult result = summarize(items);
  EXPECT_EQ(result.sanity[SanityCheck::kTwoCapacitiesInHour].count, 1U);
  EXPECT_EQ(result.sanity[SanityCheck::kTwoCapacitiesInHour].example.what, "node \"n1\", hour 07: 7200 and 14400 CPU core-seconds");
  EXPECT_EQ(number_of(pod_rows(result)[0], Column::kNodeCapacityCpuCoreHours), 96);
}

TEST(DayChecks, TwoTimesWithinOneHourOfANodeAreCounted) {
  EXPECT_EQ(found(whole_day().hourly({.hour = 7.25}), SanityCheck::kSeveralIntervalsInHour).count, 1U);
}

TEST(DayChecks, HoursOfANodeBetweenOthersAreMissedWhereTheClusterHasThem) {
  LineItems items = whole_day();
  for (const double hour : {2., 3., 6., 7.}) items.hourly({.node = "n2", .hour = hour});
  items.daily({.node = "n2"});
  const SanityFinding finding = found(items, SanityCheck::kMissingHours);
  EXPECT_EQ(finding.count, 2U);
  EXPECT_EQ(finding.example.what, "node \"n2\", hour 04");
}

TEST(DayChecks, NodesOfOnlyOneTableDisagree) {
  LineItems items = whole_day();
  items.daily({.node = "only-daily"}).hourly({.node = "only-hourly"}).hourly({.node = ""}).hourly({.node = std::nullopt});
  EXPECT_EQ(found(items, SanityCheck::kNodesDisagree).count, 2U);
}

TEST(DayChecks, HourlyCapacityBeyondTheCoresOfTheDailyRowsDisagrees) {
  EXPECT_EQ(found(whole_day({.cores = 3.7}), SanityCheck::kCapacityDisagrees).count, 1U);
  EXPECT_EQ(found(whole_day({.cores = 9}), SanityCheck::kCapacityDisagrees).count, 1U);
  EXPECT_EQ(found(whole_day({.cores = 7}), SanityCheck::kCapacityDisagrees).count, 0U);  // was resized
  EXPECT_EQ(found(whole_day({.bytes = 1}), SanityCheck::kCapacityDisagrees).count, 1U);
}

TEST(DayChecks, NamesThatKubernetesDoesNotAllowAreOdd) {
  LineItems items = whole_day();
  items.daily({.namespace_name = "Apps"})
      .daily({.namespace_name = "Apps"})
      .daily({.namespace_name = "a\x7f"})
      .daily({.namespace_name = ""});
  items.daily({.namespace_name = std::nullopt}).storage({.claim = "p\xc3\xa4"});
  EXPECT_EQ(found(items, SanityCheck::kOddName).count, 3U);
}

TEST(DayChecks, TotalsAreThoseOfRowsWithANode) {
  LineItems items = whole_day({.usage_cpu = 5, .limit_memory = 7});
  items.daily({.node = "", .usage_cpu = 100}).storage({.capacity = 3, .request = 2, .usage = 1});
  const DayTotals totals = summarize(items).totals;
  EXPECT_EQ(totals.values[0], 5);
  EXPECT_EQ(totals.values[7], 7);
  EXPECT_EQ(totals.values[DayTotals::kCapacityCpu], 4 * kDayOfCore);
  EXPECT_EQ(totals.values[DayTotals::kStorageUsage], 1);
  EXPECT_EQ(totals.values[DayTotals::kRows], 27);
}

TEST(DayChecks, TotalsOfMoreRowsThanHalvesOfSumsHoldAreExact) {
  Fold fold(october());
  const std::vector<Row> rows(4096, row_of(PodItem{.usage_cpu = 0x1p24, .usage_memory = 0x1p54}));
  const Chunk chunk = chunk_of(rows, 0, fold.texts());
  for (const int chunks : {256, 1, 255}) {  // 2^20 rows, one more chunk, 2^21 rows
    for (int i = 0; i < chunks; ++i) fold.add(chunk, kDaily, 0);
    const DayResult result = fold.finish(kDay, test_cluster(), all_keys());
    const double count = result.totals.values[DayTotals::kRows].value_or(0);
    EXPECT_EQ(result.totals.values[0], count * 0x1p24);
    EXPECT_EQ(result.totals.values[4], count * 0x1p54);
  }
}

// F33
TEST(DayChecks, AreTheSameHoweverRowsAreDealtAndMerged) {
  LineItems items = whole_day({.usage_cpu = 9 * kDayOfCore, .limit_cpu = -3});
  for (int hour = 0; hour < 24; hour += 2) items.hourly({.node = "n2", .capacity_cpu = hour + 1.0, .hour = static_cast<double>(hour)});
  for (int hour = 0; hour < 24; hour += 3) items.hourly({.node = "n2", .capacity_cpu = hour + 2.0, .hour = static_cast<double>(hour)});
  items.daily({.node = "n2", .usage_cpu = -1}).storage({.usage = -1});
  const DayResult whole = summarize(items);
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<Fold> parts;
    for (int i = 0; i < 3; ++i) parts.emplace_back(october());
    for (std::uint32_t file = 0; file < items.files().size(); ++file) {
      const auto& [use, rows] = items.files()[file];
      for (std::size_t row = 0; row < rows.size(); ++row) {
        Fold& part = parts[random() % parts.size()];
        part.add(chunk_of(std::span(rows).subspan(row, 1), row, part.texts()), use, file);
      }
    }
    Fold merged = std::move(parts[seed % 3]);
    merged.merge(parts[(seed + 1) % 3]);
    merged.merge(parts[(seed + 2) % 3]);
    const DayResult result = merged.finish(kDay, test_cluster(), all_keys());
    EXPECT_EQ(result.sanity, whole.sanity) << seed;
    EXPECT_EQ(result.totals, whole.totals) << seed;
  }
}

}  // namespace
}  // namespace costmill
