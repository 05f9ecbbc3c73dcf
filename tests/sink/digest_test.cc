#include "sink/digest.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "day_builder.h"

namespace costmill {
namespace {

DayRows some_day() { return DayBuilder(kSourceA, kDay).nasty_rows(300, 9).build(); }

template <typename Value>
void put(std::string& out, Value value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

// docs/formats.md, word by word.
std::string documented_form(const DayRows& day) {
  std::string out;
  for (const std::string& text : {std::string("costmill day 2"), day.cluster.source_uuid, day.cluster.cluster_id, day.cluster.cluster_alias,
                                  std::string(R"({"cpu":0.0,"memory":0.0,"storage":0.0})")})
    put_text(out, text);
  put(out, std::uint32_t{day.cluster.report_period_id ? 1U : 0U});
  put(out, day.cluster.report_period_id.value_or(0));
  put(out, day.day.number);
  put(out, static_cast<std::uint64_t>(day.rows.size()));
  for (const SummaryRow& row : day.rows) {
    std::uint64_t nulls = 0;
    std::string texts;
    std::string numbers;
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const auto column = static_cast<Column>(c);
      const Cell cell = cell_of(day, row, column);
      const bool is_shared =
          column <= Column::kClusterAlias || column == Column::kUsageStart || column == Column::kUsageEnd || column == Column::kSourceUuid;
      if (cell.null && !is_shared) nulls |= std::uint64_t{1} << c;
      if (kColumns[c].kind == ColumnKind::kNumber) {
        put(numbers, cell.null || cell.number == 0 ? 0.0 : cell.number);
      } else if (!is_shared && column != Column::kDataSource && column != Column::kInfrastructureUsageCost &&
                 column != Column::kCostCategoryId) {
        put(texts, cell.null ? std::uint64_t{0} : XXH3_64bits(cell.text.data(), cell.text.size()));
      }
    }
    put(out, nulls);
    out += texts + numbers;
    put(out, row.cost_category_id.value_or(0));
    put(out, std::uint32_t{row.data_source == DataSource::kPod ? 0U : 1U});
  }
  return out;
}

TEST(Digest, IsTheHashOfTheDocumentedForm) {
  EXPECT_EQ(digest_of(some_day()), hex_digest(documented_form(some_day())));
  EXPECT_EQ(digest_of(DayBuilder(kSourceA, kDay).build()), hex_digest(documented_form(DayBuilder(kSourceA, kDay).build())));
}

TEST(Digest, LongTextsAreHashedWhole) {
  const auto day_with = [](const std::string& label) {
    return DayBuilder(kSourceA, kDay).row(label, "node", 1).row("b", label, 2).build();
  };
  std::string label(200'000, 'x');
  const std::string original = digest_of(day_with(label));
  EXPECT_EQ(original, hex_digest(documented_form(day_with(label))));
  label.back() = 'y';
  EXPECT_NE(digest_of(day_with(label)), original);
}

TEST(Digest, IsStableAcrossVersions) {
  EXPECT_EQ(hex_digest(""), "99aa06d3014798d86001c324468d497f");  // the published value of XXH3-128 of nothing
}

TEST(Digest, ChangesWithEveryCell) {
  const std::string original = digest_of(some_day());
  const auto changed = [&](const std::function<void(DayRows&)>& change) {
    DayRows day = some_day();
    change(day);
    return digest_of(day) != original;
  };
  for (std::size_t i = 0; i < kNumberCount; ++i) {
    EXPECT_TRUE(changed([&](DayRows& day) { day.rows[200].numbers[i] = is_null(day.rows[200].numbers[i]) ? 0.0 : kNullNumber; })) << i;
    EXPECT_TRUE(changed([&](DayRows& day) { day.rows[200].numbers[i] = 7.25; })) << i;
  }
  for (const auto member : {&SummaryRow::namespace_name, &SummaryRow::node, &SummaryRow::resource_id, &SummaryRow::pod_labels,
                            &SummaryRow::persistentvolumeclaim, &SummaryRow::persistentvolume, &SummaryRow::storageclass,
                            &SummaryRow::volume_labels, &SummaryRow::all_labels}) {
    EXPECT_TRUE(changed([&](DayRows& day) { day.rows[200].*member = day.texts.intern("another"); }));
  }
  EXPECT_TRUE(changed([](DayRows& day) { day.rows[200].cost_category_id = 4711; }));
  EXPECT_TRUE(changed([](DayRows& day) { day.rows[200].has_infrastructure_usage_cost ^= true; }));
  EXPECT_TRUE(changed([](DayRows& day) { day.cluster.cluster_alias = "other"; }));
  EXPECT_TRUE(changed([](DayRows& day) { day.cluster.report_period_id.reset(); }));
  EXPECT_TRUE(changed([](DayRows& day) { day.day = day.day.next(); }));
  EXPECT_TRUE(changed([](DayRows& day) { day.rows.pop_back(); }));
  EXPECT_TRUE(changed([](DayRows& day) { std::swap(day.rows.front(), day.rows.back()); }));
}

TEST(Digest, KnowsNothingOfTextIdsAndTheSignOfZero) {
  DayRows day;
  DayRows same;
  for (DayRows* rows : {&day, &same}) {
    rows->cluster.source_uuid = kSourceA;
    rows->day = kDay;
    if (rows == &same) rows->texts.intern("first");
    SummaryRow& row = rows->rows.emplace_back();
    row.node = rows->texts.intern("node");
    row.numbers[3] = rows == &same ? 0.0 : -0.0;
  }
  EXPECT_EQ(digest_of(day), digest_of(same));
}

TEST(RowUuid, IsUniqueRepeatableAndOfVersion8) {
  std::set<std::string> uuids;
  for (const char* source : {kSourceA, kSourceB}) {
    for (int day = 0; day < 3; ++day) {
      for (std::uint64_t ordinal = 0; ordinal < 2000; ++ordinal) {
        const std::string text = uuid_text(row_uuid(source, Day{kDay.number + day}, ordinal));
        ASSERT_EQ(text.size(), 36U);
        ASSERT_EQ(text[14], '8');
        ASSERT_NE(std::string("89ab").find(text[19]), std::string::npos);
        uuids.insert(text);
      }
    }
  }
  EXPECT_EQ(uuids.size(), 12'000U);
  EXPECT_EQ(row_uuid(kSourceA, kDay, 5), row_uuid(kSourceA, kDay, 5));
}

TEST(RowUuid, IsTheSameWhateverRowsCameBefore) {
  RowUuids uuids(kSourceA, kDay);
  for (const std::uint64_t ordinal : {7U, 0U, 70'000U, 7U}) EXPECT_EQ(uuids(ordinal), row_uuid(kSourceA, kDay, ordinal));
}

TEST(RowUuid, TextIsLowerCaseHexInFiveGroups) {
  EXPECT_EQ(uuid_text({0x00, 0x1F, 0x20, 0xFF, 0x0A, 0xB0, 0x80, 0x01, 0x9C, 0xDE, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC}),
            "001f20ff-0ab0-8001-9cde-123456789abc");
}

}  // namespace
}  // namespace costmill
