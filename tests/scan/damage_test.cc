// Damaged files end in an Error, never in a crash or in other figures.
#include <parquet/metadata.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "parquet_builder.h"

namespace costmill {
namespace {

void write_pods(const TempTree& tree, bool with_checksums) {
  std::string times = "[";
  std::string names = "[";
  std::string usage = "[";
  for (int i = 0; i < 300; ++i) {
    const char* const comma = i == 0 ? "" : ",";
    times += comma + std::to_string(1'759'276'800'000 + i * 60'000);
    names += comma + std::string("\"namespace-") + std::to_string(i % 17) + '"';
    usage += comma + std::to_string(i * 1.25);
  }
  write_columns(tree.at(kFile),
                {{"interval_start", arrow::timestamp(arrow::TimeUnit::MILLI), times + "]"},
                 {"namespace", arrow::utf8(), names + "]"},
                 {"pod_usage_cpu_core_seconds", arrow::float64(), usage + "]"}},
                {.properties = [&](Properties& p) {
                  p.compression(arrow::Compression::SNAPPY);
                  if (with_checksums) p.enable_page_checksum();
                }});
}

// F06
TEST(Damage, FilesThatAreNoParquetAreCorruptAndNamed) {
  const TempTree tree;
  for (const std::string& content : {std::string(), std::string("PAR1"), std::string("<html><body>503</body></html>"),
                                     std::string(5000, '\0'), std::string("PAR1") + std::string(100, 'x') + "PAR1"}) {
    tree.write(kFile, content);
    const Error error = error_of([&] { decode(tree, kFile, Table::kPodDaily); });
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << error.what();
    EXPECT_EQ(error.place().file, kFile);
    EXPECT_NE(std::string(error.what()).find(kFile), std::string::npos);
  }
}

// F01
TEST(Damage, ATruncatedFileIsCorruptWhereverItEnds) {
  const TempTree tree;
  write_pods(tree, false);
  const std::string content = tree.content(kFile);
  ASSERT_LT(content.size(), 20U << 10U);
  for (std::size_t size = 0; size < content.size(); ++size) {
    tree.write(kFile, content.substr(0, size));
    const Error error = error_of([&] { decode(tree, kFile, Table::kPodDaily); });
    ASSERT_EQ(error.code(), ErrorCode::kCorrupt) << size << " bytes: " << error.what();
  }
}

// F02, F03
TEST(Damage, AFlippedBitNeverCrashesAndIsNoticedWherePagesCarryChecksums) {
  for (const bool with_checksums : {true, false}) {
    const TempTree tree;
    write_pods(tree, with_checksums);
    const std::string content = tree.content(kFile);
    const Decoded expected = decode(tree, kFile, Table::kPodDaily);
    std::mt19937 random(99);
    int silent = 0;
    constexpr int kFlips = 400;
    for (int i = 0; i < kFlips; ++i) {
      std::string damaged = content;
      damaged[random() % damaged.size()] ^= static_cast<char>(1U << random() % 8);
      tree.write(kFile, damaged);
      try {
        if (!(decode(tree, kFile, Table::kPodDaily) == expected)) ++silent;
      } catch (const Error& error) {
        EXPECT_TRUE(error.code() == ErrorCode::kCorrupt || error.code() == ErrorCode::kBadInput || error.code() == ErrorCode::kNoMemory)
            << error.what();
      }
    }
    // What is left without checksums are digits of numbers and letters of texts between the least and the greatest of their column.
    EXPECT_LE(silent, with_checksums ? 0 : kFlips / 2);
  }
}

TEST(Damage, APageThatDoesNotMatchItsChecksumIsCorruptAndNamesTheColumn) {
  const TempTree tree;
  write_columns(tree.at(kFile), {{"pod_usage_cpu_core_seconds", arrow::float64(), "[1234.5, 2345.5, 3456.5]"}},
                {.properties = [](Properties& p) { p.disable_dictionary()->disable_statistics()->enable_page_checksum(); }});
  std::string content = tree.content(kFile);
  const double value = 2345.5;
  const std::size_t at = content.find(std::string(reinterpret_cast<const char*>(&value), sizeof value));
  ASSERT_NE(at, std::string::npos);
  content[at] ^= 1;
  tree.write(kFile, content);
  const Error error = error_of([&] { decode(tree, kFile, Table::kPodDaily); });
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
  EXPECT_EQ(error.place().column, "pod_usage_cpu_core_seconds");
}

// The days of a row group, where its statistics hold these times instead.
std::optional<DaySpan> days_with_statistics(std::int64_t least, std::int64_t greatest) {
  constexpr std::int64_t kFirst = 1'759'276'800'111;
  constexpr std::int64_t kLast = 1'759'449'600'222;
  const TempTree tree;
  write_columns(tree.at(kFile), {{"interval_start", arrow::timestamp(arrow::TimeUnit::MILLI),
                                  "[" + std::to_string(kFirst) + "," + std::to_string(kLast) + "]"}});
  const std::string content = tree.content(kFile);
  std::string damaged = content;
  const std::size_t footer = content.rfind("schema");  // begins before the name of its root
  for (const auto& [was, is] : {std::pair(kFirst, least), std::pair(kLast, greatest)}) {
    const std::string stored(reinterpret_cast<const char*>(&was), sizeof was);
    for (std::size_t at = content.find(stored, footer); at != std::string::npos; at = content.find(stored, at + sizeof was)) {
      std::memcpy(damaged.data() + at, &is, sizeof is);
    }
  }
  tree.write(kFile, damaged);
  const auto store = open_store(tree.uri());
  const auto reader = open_parquet(*store, stored_file(*store, kFile), {});
  const auto times = row_group_info(*reader->metadata(), 0, kFile).times;
  return times ? std::optional(times->days()) : std::nullopt;
}

TEST(Damage, StatisticsTellTheDaysOfARowGroup) {
  const auto days = days_with_statistics(1'759'276'800'111, 1'759'449'600'222);
  ASSERT_TRUE(days);
  EXPECT_EQ(to_string(days->first), "2025-10-01");
  EXPECT_EQ(to_string(days->last), "2025-10-03");
}

TEST(Damage, StatisticsWhoseEndIsBeforeTheirBeginAreNotBelieved) {
  EXPECT_FALSE(days_with_statistics(1'759'449'600'222, 1'759'276'800'111));
}

TEST(Damage, StatisticsBeyondEveryCalendarDoNotWrapAround) {
  const auto days = days_with_statistics(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
  ASSERT_TRUE(days);
  EXPECT_LT(days->first, make_day(1, 1, 1));
  EXPECT_GT(days->last, make_day(9999, 12, 31));
}

}  // namespace
}  // namespace costmill
