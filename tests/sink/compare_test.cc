#include "sink/compare.h"

#include <gtest/gtest.h>

#include <map>

#include "day_builder.h"
#include "sink/json_text.h"

namespace costmill {
namespace {

class MemoryReader final : public SinkReader {
 public:
  explicit MemoryReader(const std::vector<DayRows>& days) {
    for (const DayRows& day : days) rows_[{day.cluster.source_uuid, day.day}] = stored_rows(day);
  }

  std::vector<StoredKey> days() override {
    std::vector<StoredKey> keys;
    for (const auto& [key, rows] : rows_) keys.push_back(key);
    return keys;
  }
  std::vector<StoredRow> read_day(const StoredKey& key) override { return rows_[key]; }
  std::vector<DayRecord> records() override { return {}; }

  std::vector<StoredRow>& rows(const StoredKey& key) { return rows_[key]; }

 private:
  std::map<StoredKey, std::vector<StoredRow>> rows_;
};

std::vector<DayRows> two_days() {
  std::vector<DayRows> days;
  days.push_back(DayBuilder(kSourceA, kDay).nasty_rows(500, 1).build());
  days.push_back(DayBuilder(kSourceA, kDay.next()).row("a", "n", 1).row("b", "n", 2.5).row("b", "n", 2.5).row("b", "n", 3).build());
  return days;
}

TEST(Compare, EqualSinksAreEqualWhateverTheOrderOfRows) {
  MemoryReader left(two_days());
  MemoryReader right(two_days());
  std::mt19937 random(3);
  for (const StoredKey& key : right.days()) std::shuffle(right.rows(key).begin(), right.rows(key).end(), random);
  const CompareResult result = compare_sinks(left, right, {});
  EXPECT_TRUE(result.equal());
  EXPECT_EQ(result.rows_left, 504U);
  EXPECT_EQ(result.rows_right, 504U);
  EXPECT_EQ(result.equal_rows, 504U);
  EXPECT_TRUE(result.differences.empty());
}

TEST(Compare, FindsAPlantedNumber) {
  MemoryReader left(two_days());
  MemoryReader right(two_days());
  const StoredKey key{kSourceA, kDay.next()};
  right.rows(key)[0][index_of(Column::kPodUsageCpuCoreHours)] = "1.000000000000001";
  const CompareResult result = compare_sinks(left, right, {});
  EXPECT_FALSE(result.equal());
  EXPECT_EQ(result.equal_rows, 503U);
  EXPECT_EQ(result.differing_rows, 1U);
  ASSERT_EQ(result.differences.size(), 1U);
  const Difference& difference = result.differences[0];
  EXPECT_EQ(difference.day, kDay.next());
  EXPECT_EQ(difference.source_uuid, kSourceA);
  EXPECT_EQ(difference.kind, DifferenceKind::kNumber);
  EXPECT_EQ(difference.column, "pod_usage_cpu_core_hours");
  EXPECT_EQ(difference.left, "1");
  EXPECT_EQ(difference.right, "1.000000000000001");
  EXPECT_NE(difference.row.find("namespace a"), std::string::npos);
  EXPECT_TRUE(compare_sinks(left, right, {.relative_tolerance = 1e-12}).equal());
}

TEST(Compare, NullIsNotZeroUnderAnyTolerance) {
  MemoryReader left(two_days());
  MemoryReader right(two_days());
  right.rows({kSourceA, kDay.next()})[0][index_of(Column::kPodUsageCpuCoreHours)].reset();
  const CompareResult result = compare_sinks(left, right, {.relative_tolerance = 1});
  ASSERT_EQ(result.differences.size(), 1U);
  EXPECT_EQ(result.differences[0].right, "\\N");
}

TEST(Compare, CountsRowsThatOnlyOneSideHas) {
  MemoryReader left(two_days());
  MemoryReader right(two_days());
  auto& rows = right.rows({kSourceA, kDay.next()});
  rows[0][index_of(Column::kNode)] = "another";
  rows.pop_back();
  const CompareResult result = compare_sinks(left, right, {});
  EXPECT_EQ(result.only_left, 2U);
  EXPECT_EQ(result.only_right, 1U);
  EXPECT_EQ(result.differing_rows, 0U);
  EXPECT_EQ(result.rows_right, 503U);
  ASSERT_EQ(result.differences.size(), 3U);
  // By key: node another, then node n.
  EXPECT_EQ(name_of(result.differences[0].kind), "only_right");
  EXPECT_EQ(name_of(result.differences[1].kind), "only_left");
}

TEST(Compare, AWholeDayMayBeMissing) {
  std::vector<DayRows> days = two_days();
  MemoryReader left(days);
  days.pop_back();
  MemoryReader right(days);
  EXPECT_EQ(compare_sinks(left, right, {}).only_left, 4U);
  EXPECT_EQ(compare_sinks(right, left, {}).only_right, 4U);
}

TEST(Compare, KeepsSomeDifferencesAndCountsAll) {
  MemoryReader left(two_days());
  MemoryReader right(std::vector<DayRows>{});
  const CompareResult result = compare_sinks(left, right, {.max_differences = 3});
  EXPECT_EQ(result.only_left, 504U);
  EXPECT_EQ(result.differences.size(), 3U);
}

TEST(Compare, PairsRowsOfOneKeyWithinTheTolerance) {
  const auto rows = [](double first, double second) {
    std::vector<DayRows> days;
    days.push_back(DayBuilder(kSourceA, kDay).row("a", "n", first).row("a", "n", second).build());
    days[0].rows[0].number(Column::kPodLimitCpuCoreHours) = first < second ? 5 : 7;
    days[0].rows[1].number(Column::kPodLimitCpuCoreHours) = first < second ? 7 : 5;
    return days;
  };
  // Sorted by the first number, the rows of the two sides come in opposite orders.
  MemoryReader left(rows(1.0, 1.0000001));
  MemoryReader right(rows(1.0000001, 1.0));
  const CompareResult result = compare_sinks(left, right, {.relative_tolerance = 1e-6});
  EXPECT_TRUE(result.equal());
  EXPECT_NEAR(result.largest_relative_difference, 1e-7, 1e-9);
  EXPECT_EQ(compare_sinks(left, right, {.relative_tolerance = 1e-9}).differing_rows, 2U);
}

TEST(Compare, JsonIsComparedByContent) {
  MemoryReader left(two_days());
  MemoryReader right(two_days());
  const StoredKey key{kSourceA, kDay.next()};
  left.rows(key)[0][index_of(Column::kAllLabels)] = R"({"a":"1","b":"\u00e4"})";
  right.rows(key)[0][index_of(Column::kAllLabels)] = "{ \"b\": \"\xC3\xA4\", \"a\": \"1\" }";
  for (StoredRow& row : right.rows(key)) row[index_of(Column::kInfrastructureUsageCost)] = R"({"cpu": 0, "memory": 0, "storage": 0})";
  EXPECT_TRUE(compare_sinks(left, right, {}).equal());
  right.rows(key)[0][index_of(Column::kAllLabels)] = R"({"a":"1","b":"a"})";
  EXPECT_FALSE(compare_sinks(left, right, {}).equal());
}

TEST(CanonicalJson, LeavesWhatIsNoneAsItIs) {
  EXPECT_EQ(canonical_json("{ \"b\" : 1.0, \"a\" : [1.5, null] }"), R"({"a":[1.5,null],"b":1})");
  const std::string braces(100, '{');
  EXPECT_EQ(canonical_json("{ \"\\\"" + braces + "\" : \"" + braces + "\" }"), "{\"\\\"" + braces + "\":\"" + braces + "\"}");
  for (const std::string& text : {std::string("{"), std::string(""), std::string(100'000, '['), std::string("{'a':1}")}) {
    EXPECT_EQ(canonical_json(text), text);
  }
}

TEST(Compare, SinksOfAllKindsHoldTheSameRows) {
  TempFolder folder;
  const std::vector<std::string> uris{"csv:" + (folder / "c").string(), "parquet:" + (folder / "p").string(),
                                      "sqlite:" + (folder / "s.db").string()};
  for (const std::string& uri : uris) {
    const auto sink = open_sink(uri, {});
    for (const DayRows& day : two_days()) write(*sink, day);
    sink->finish();
  }
  for (const std::string& uri : uris) {
    EXPECT_TRUE(compare_sinks(*open_sink_reader(uris[0]), *open_sink_reader(uri), {}).equal()) << uri;
  }
}

}  // namespace
}  // namespace costmill
