// docs/rules.md, "Canonical order".
#include "fold_builder.h"
#include "summary/rows.h"

namespace costmill {
namespace {

DayRows unsorted() {
  DayRows day;
  day.day = kDay;
  return day;
}

TEST(CanonicalOrder, PodsStandBeforeStorageAndNullBeforeTexts) {
  LineItems items;
  items.daily({.namespace_name = "b"})
      .daily({.namespace_name = std::nullopt})
      .daily({.namespace_name = ""})
      .storage({.namespace_name = "a"});
  const auto result = summarize(items);
  std::vector<Text> names;
  for (const SummaryRow& row : result.rows.rows) names.push_back(text_of(result, row.namespace_name));
  // The unallocated row has no namespace either, but a NULL label text, which comes first.
  const std::vector<Text> expected{std::nullopt, std::nullopt, "", "b", "a"};
  EXPECT_EQ(names, expected);
  EXPECT_EQ(result.rows.rows.back().data_source, DataSource::kStorage);
}

TEST(CanonicalOrder, TextsAreComparedByTheirBytes) {
  LineItems items;
  for (const char* name : {"a", "Z", "\xC3\xA4", "aa", "\xF0\x90\x80\x80", "\xEF\xBF\xBD", "10", "9"})
    items.daily({.namespace_name = name});
  const auto result = summarize(items);
  std::vector<std::string> names;
  for (const SummaryRow& row : pod_rows(result)) names.push_back(*text_of(result, row.namespace_name));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(names.size(), 8U);
}

TEST(CanonicalOrder, TheColumnsOfTextsDecideInTheirOrder) {
  // By bytes, that is in another order than they are met.
  const std::array<Text, 4> texts{std::nullopt, "", "a", "b"};
  DayRows day = unsorted();
  for (const char* met : {"b", "", "a"}) day.texts.intern(met);
  std::vector<std::array<std::size_t, 6>> expected;  // data_source, then positions in `texts`
  for (std::size_t i = 0; i < 2048; ++i) {
    expected.push_back({i / 1024, i / 256 % 4, i / 64 % 4, i / 16 % 4, i / 4 % 4, i % 4});
    const auto id = [&](std::size_t column) {
      const Text& text = texts[expected.back()[column]];
      return text ? day.texts.intern(*text) : kNullText;
    };
    SummaryRow& row = day.rows.emplace_back();
    row.data_source = i < 1024 ? DataSource::kPod : DataSource::kStorage;
    row.namespace_name = id(1);
    row.node = id(2);
    row.resource_id = id(3);
    row.pod_labels = id(4);
    row.persistentvolumeclaim = id(5);
    row.cost_category_id = static_cast<std::int32_t>(i);
  }
  std::vector<SummaryRow> shuffled;
  for (std::size_t i = 0; i < day.rows.size(); ++i) shuffled.push_back(day.rows[i * 1021 % day.rows.size()]);
  day.rows = shuffled;
  sort_canonically(day);
  for (std::size_t i = 0; i < day.rows.size(); ++i) ASSERT_EQ(day.rows[i].cost_category_id, static_cast<std::int32_t>(i));
}

TEST(CanonicalOrder, NumbersAreComparedAsTheDecimalsThatAreWritten) {
  DayRows day = unsorted();
  const double numbers[] = {2, kNullNumber, -1, 1e17, 0.1, 0, 1e-15, 4e-16};
  for (const double number : numbers) {
    day.rows.emplace_back().number(Column::kPodUsageCpuCoreHours) = number;
    // Where the decimals are equal, the next number decides: 4e-16 is written as 0.
    day.rows.back().number(Column::kPodRequestCpuCoreHours) = number == 4e-16 ? -5 : 5;
  }
  sort_canonically(day);
  std::vector<double> sorted;
  for (const SummaryRow& row : day.rows) sorted.push_back(row.number(Column::kPodUsageCpuCoreHours));
  EXPECT_TRUE(is_null(sorted[0]));
  sorted.erase(sorted.begin());
  EXPECT_EQ(sorted, (std::vector<double>{-1, 4e-16, 0, 1e-15, 0.1, 2, 1e17}));
}

TEST(CanonicalOrder, TheCostCategoryAndThenTheVolumeHandleDecideLast) {
  DayRows day = unsorted();
  const auto add = [&](std::optional<std::int32_t> category, const Text& handle) {
    SummaryRow& row = day.rows.emplace_back();
    row.cost_category_id = category;
    row.csi_volume_handle = handle ? day.texts.intern(*handle) : kNullText;
  };
  add(2, "a");
  add(1, "b");
  add(1, std::nullopt);
  add(std::nullopt, "z");
  sort_canonically(day);
  EXPECT_EQ(day.rows[0].cost_category_id, std::nullopt);
  EXPECT_EQ(day.rows[1].csi_volume_handle, kNullText);
  EXPECT_EQ(day.texts[day.rows[2].csi_volume_handle], "b");
  EXPECT_EQ(day.rows[3].cost_category_id, 2);
}

TEST(CanonicalOrder, DoesNotDependOnTheOrderBefore) {
  LineItems items;
  for (int i = 0; i < 40; ++i) {
    items.daily({.namespace_name = "n" + std::to_string(i % 7), .labels = "{\"k\":\"" + std::to_string(i) + "\"}"});
  }
  const DayResult expected = summarize(items);
  DayResult shuffled = summarize(items);
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(shuffled.rows.rows.begin(), shuffled.rows.rows.end(), random);
    sort_canonically(shuffled.rows);
    ASSERT_EQ(dump(shuffled), dump(expected));
  }
}

}  // namespace
}  // namespace costmill
