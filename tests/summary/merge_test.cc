// The same rows whatever the order and cutting of chunks and the number of folds.
#include "random_items.h"

namespace costmill {
namespace {

// Cuts the rows into chunks at random, deals them to folds at random, and merges those in random order.
Fold folded_at_random(const LineItems& items, const FoldOptions& options, std::mt19937& random) {
  struct Piece {
    std::uint32_t file;
    std::size_t first;
    std::size_t count;
  };
  std::vector<Piece> pieces;
  for (std::uint32_t file = 0; file < items.files().size(); ++file) {
    for (std::size_t first = 0; first < items.files()[file].rows.size();) {
      const std::size_t count = std::min<std::size_t>(1 + random() % 40, items.files()[file].rows.size() - first);
      pieces.push_back({file, first, count});
      first += count;
    }
  }
  std::shuffle(pieces.begin(), pieces.end(), random);
  std::vector<Fold> folds;
  const std::size_t count = 1 + random() % 4;
  for (std::size_t i = 0; i < count; ++i) folds.emplace_back(options);
  for (const Piece& piece : pieces) {
    Fold& fold = folds[random() % count];
    const LineItems::File& file = items.files()[piece.file];
    fold.add(chunk_of(std::span(file.rows).subspan(piece.first, piece.count), piece.first, fold.texts()), file.use, piece.file);
  }
  std::shuffle(folds.begin(), folds.end(), random);
  for (std::size_t i = 1; i < count; ++i) folds[0].merge(folds[i]);
  return std::move(folds[0]);
}

TEST(Merge, RowsAreTheSameHoweverChunksAreCutDealtAndMerged) {
  std::mt19937 random(42);
  for (unsigned seed = 0; seed < 12; ++seed) {
    const LineItems items = RandomItems(seed).build();
    FoldOptions options = october();
    options.derive_roles = seed % 2 == 0;
    const ReferenceData reference = reference_with_overlapping_patterns();
    const Fold whole = folded(items, options);
    for (int round = 0; round < 6; ++round) {
      const Fold parts = folded_at_random(items, options, random);
      for (int offset = 0; offset < 3; ++offset) {
        const Day day{kDay.number + offset};
        const DayResult expected = whole.finish(day, test_cluster(), reference);
        const DayResult actual = parts.finish(day, test_cluster(), reference);
        ASSERT_GT(expected.rows.rows.size(), 20U);
        ASSERT_EQ(dump(actual), dump(expected)) << "seed " << seed;
        ASSERT_EQ(actual.input_rows, expected.input_rows);
        ASSERT_EQ(actual.fan_outs.nodes_with_several_label_sets, expected.fan_outs.nodes_with_several_label_sets);
        ASSERT_EQ(actual.fan_outs.volume_pods_with_several_placements, expected.fan_outs.volume_pods_with_several_placements);
      }
    }
  }
}

TEST(Merge, TheFirstOffenderIsTheSameHoweverFoldsShareTheRows) {
  std::mt19937 random(43);
  LineItems items = RandomItems(1).build();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<Row>& daily = items.files()[0].rows;
  for (std::size_t row = 100; row < daily.size(); row += 37) {
    daily[row] = row_of(PodItem{.usage_cpu = nan});
  }
  for (int round = 0; round < 20; ++round) {
    try {
      folded_at_random(items, october(), random).finish(kDay, test_cluster(), all_keys());
      FAIL() << "not refused";
    } catch (const Refusal& refusal) {
      EXPECT_EQ(refusal.place().file, 0U);
      EXPECT_EQ(refusal.place().row, 100U);
    }
  }
}

TEST(Merge, RowsOutsideTheWindowOrWithoutTimeAreDropped) {
  LineItems items;
  items.daily({.usage_cpu = kHour, .day = make_day(2025, 9, 30)}).daily({.usage_cpu = kHour}).daily({.usage_cpu = kHour, .hour = 23.9999});
  items.daily({.usage_cpu = kHour, .day = make_day(2025, 11, 1)});
  items.files()[0].rows.push_back(row_of(PodItem{.usage_cpu = kHour}));
  items.files()[0].rows.back().ms = kNullTime;
  const Fold fold = folded(items);
  EXPECT_EQ(number_of(pod_rows(fold.finish(kDay, test_cluster(), all_keys())).at(0), Column::kPodUsageCpuCoreHours), 2);
  EXPECT_EQ(fold.finish(kDay, test_cluster(), all_keys()).input_rows, 2U);
  EXPECT_TRUE(fold.finish(make_day(2025, 11, 1), test_cluster(), all_keys()).rows.rows.empty());
  EXPECT_TRUE(fold.finish(make_day(2025, 9, 30), test_cluster(), all_keys()).rows.rows.empty());
}

TEST(Merge, TheLastMillisecondOfTheWindowIsInAndTheNextMidnightIsOut) {
  LineItems items;
  items.daily({.usage_cpu = kHour, .day = make_day(2025, 10, 31)}).daily({.usage_cpu = kHour, .day = make_day(2025, 11, 1)});
  items.files()[0].rows[0].ms = ms_of(make_day(2025, 11, 1), 0) - 1;
  const auto result = summarize(items, all_keys(), october(), make_day(2025, 10, 31));
  EXPECT_EQ(result.input_rows, 1U);
}

TEST(Merge, AChunkOfSeveralDaysGoesToItsDays) {
  LineItems items;
  for (int offset = 0; offset < 5; ++offset) items.daily({.usage_cpu = offset * kHour, .day = Day{kDay.number + offset}});
  const Fold fold = folded(items);
  for (int offset = 0; offset < 5; ++offset) {
    const auto result = fold.finish(Day{kDay.number + offset}, test_cluster(), all_keys());
    ASSERT_EQ(pod_rows(result).size(), 1U);
    EXPECT_EQ(number_of(pod_rows(result)[0], Column::kPodUsageCpuCoreHours), offset);
  }
}

TEST(Merge, AnEmptyChunkChangesNothing) {
  Fold fold(october());
  fold.add(Chunk{}, kDaily, 0);
  EXPECT_TRUE(fold.finish(kDay, test_cluster(), all_keys()).rows.rows.empty());
}

TEST(Merge, OneTableCanServeAsHourlyAndDailyPods) {
  LineItems items;
  items.daily({.usage_cpu = kHour, .capacity_cpu = 4 * kHour}).daily({.usage_cpu = kHour, .capacity_cpu = 4 * kHour, .hour = 1});
  items.files()[0].use = {.capacity = true, .pods = true, .placements = true};
  const auto row = pod_rows(summarize(items)).at(0);
  EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), 2);
  EXPECT_EQ(number_of(row, Column::kNodeCapacityCpuCoreHours), 8);
}

}  // namespace
}  // namespace costmill
