// F08, F09: which stored types become a text or a time.
#include "parquet_builder.h"
#include "scan/table_use.h"
#include "scan/timestamps.h"

namespace costmill {
namespace {

using Times = std::vector<std::int64_t>;

constexpr std::int64_t kOctoberFirst = 1'759'276'800'000;

Times times_of(const std::shared_ptr<arrow::DataType>& type, const std::string& json, const FileForm& form = {}) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"), {{"interval_start", type, json}}, form);
  return decode(tree, "f.parquet", Table::kPodDaily).ms;
}

void expect_refused(const std::string& column, const std::shared_ptr<arrow::DataType>& type, const std::string& json,
                    const std::string& found) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"), {{column, type, json}});
  const Error error = error_of([&] { decode(tree, "f.parquet", Table::kPodDaily); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
  EXPECT_EQ(error.place().column, column);
  EXPECT_NE(std::string(error.what()).find(found), std::string::npos) << error.what();
}

TEST(Times, TimestampsOfAllUnitsAreFlooredToMilliseconds) {
  EXPECT_EQ(times_of(arrow::timestamp(arrow::TimeUnit::MILLI), "[1759276800000, null, -1]"), (Times{kOctoberFirst, kNullTime, -1}));
  EXPECT_EQ(times_of(arrow::timestamp(arrow::TimeUnit::MICRO), "[1759276800000999, -1]"), (Times{kOctoberFirst, -1}));
  EXPECT_EQ(times_of(arrow::timestamp(arrow::TimeUnit::NANO), "[1759276800000999999, -1, -1000000]",
                     {.properties = [](Properties& p) { p.version(parquet::ParquetVersion::PARQUET_2_6); }}),
            (Times{kOctoberFirst, -1, -1}));
  EXPECT_EQ(times_of(arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"), "[1759276800000]"), (Times{kOctoberFirst}));
}

TEST(Times, NanosecondsAtTheEndsOfTheirRangeConvert) {  // years 1677 and 2262
  EXPECT_EQ(times_of(arrow::timestamp(arrow::TimeUnit::NANO), "[-9223372036854775808, 9223372036854775807]"),
            (Times{-9'223'372'036'855, 9'223'372'036'854}));
}

TEST(Times, Int96Converts) {
  EXPECT_EQ(times_of(arrow::timestamp(arrow::TimeUnit::NANO), "[1759276800000000000, null, -1000000]", {.int96 = true}),
            (Times{kOctoberFirst, kNullTime, -1}));
}

TEST(Times, DatesAreTheirMidnight) {
  EXPECT_EQ(times_of(arrow::date32(), "[20362, -1, null]"), (Times{kOctoberFirst, -kMillisecondsPerDay, kNullTime}));
}

TEST(Times, TextsConvert) {
  EXPECT_EQ(times_of(arrow::utf8(), R"(["2025-10-01", "2025-10-01 00:00:00 +0000 UTC", null])"),
            (Times{kOctoberFirst, kOctoberFirst, kNullTime}));
}

TEST(Times, OtherTypesAndTextsAreRefused) {
  expect_refused("interval_start", arrow::float64(), "[1.5]", "found DOUBLE");
  expect_refused("interval_start", arrow::int64(), "[1759276800000]", "found INT64");
  expect_refused("interval_start", arrow::boolean(), "[true]", "found BOOLEAN");
  expect_refused("interval_start", arrow::utf8(), R"(["2025-10-01", "yesterday"])", "yesterday");
}

TEST(Times, TextFormsOfOneMomentAreEqual) {
  for (const char* text : {"2025-10-01", "2025-10-01 00:00:00", "2025-10-01T00:00:00", "2025-10-01T00:00:00Z", "2025-10-01 00:00:00.000",
                           "2025-10-01 00:00:00 UTC", "2025-10-01 00:00:00 +0000 UTC", "2025-10-01 02:00:00+02:00",
                           "2025-09-30 19:30:00 -0430", "2025-10-01T00:00:00+00"}) {
    EXPECT_EQ(parse_timestamp_ms(text), kOctoberFirst) << text;
  }
  EXPECT_EQ(parse_timestamp_ms("2025-10-01 13:30:01.5"), kOctoberFirst + 48'601'500);
  EXPECT_EQ(parse_timestamp_ms("2025-10-01 00:00:00.123999999"), kOctoberFirst + 123);
  EXPECT_EQ(parse_timestamp_ms("2024-02-29"), 1'709'164'800'000);
}

TEST(Times, WhatIsNoTimeIsNone) {
  for (const char* text :
       {"", "2025", "2025-10", "2025-13-01", "2025-02-29", "2025-10-01x", "2025-10-01 24:00:00", "2025-10-01 00:60:00",
        "2025-10-01 00:00:60", "2025-10-01 00:00", "2025-10-01 00:00:00.", "2025-10-01 00:00:00+2", "2025-10-01 00:00:00 CET",
        "2025-10-01 00:00:00 +0000 UTC x", " 2025-10-01", "2025-10-01 00:00:00+15:00", "20251001"}) {
    EXPECT_EQ(parse_timestamp_ms(text), std::nullopt) << text;
  }
}

TEST(TextColumns, TextBinaryAndNullTypesAreTexts) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"), {{"namespace", arrow::binary(), R"(["a"])"},
                                       {"node", arrow::null(), "[null]"},
                                       {"pod", arrow::dictionary(arrow::int8(), arrow::utf8()), R"(["p"])"}});
  const Decoded decoded = decode(tree, "f.parquet", Table::kPodDaily);
  EXPECT_EQ(decoded.texts[pod_columns::kNamespace][0], "a");
  EXPECT_EQ(decoded.texts[pod_columns::kNode][0], std::nullopt);
  EXPECT_EQ(decoded.texts[pod_columns::kPod][0], "p");
}

TEST(TextColumns, WhereOnlyKnownTextsAreWantedOthersReadNull) {
  for (const bool has_dictionary : {true, false}) {
    const TempTree tree;
    const FileForm form{.properties = [&](Properties& p) { has_dictionary ? p.enable_dictionary() : p.disable_dictionary(); }};
    // The node is read first, so its texts are what is known.
    write_columns(tree.at("f.parquet"),
                  {{"node", arrow::utf8(), R"(["a", "b", "a", "b"])"}, {"pod", arrow::utf8(), R"(["x", "b", null, "a"])"}}, form);
    const WantedColumns wanted = with_known_pods({kEverything.texts, 0});
    const ScanOptions options{.chunk_rows = 2};
    const Decoded decoded = decode(tree, "f.parquet", Table::kPodDaily, options, wanted);
    EXPECT_EQ(decoded.texts[pod_columns::kPod], (std::vector<std::optional<std::string>>{std::nullopt, "b", std::nullopt, "a"}));
    EXPECT_EQ(decoded.texts[pod_columns::kNode], (std::vector<std::optional<std::string>>{"a", "b", "a", "b"}));
  }
}

TEST(TextColumns, OtherTypesAreRefusedAndNamed) {
  expect_refused("namespace", arrow::float64(), "[1]", "found DOUBLE");
  expect_refused("node", arrow::int64(), "[1]", "found INT64");
  expect_refused("pod_labels", arrow::map(arrow::utf8(), arrow::utf8()), R"([[["a", "b"]]])", "nested");
  expect_refused("pod", arrow::list(arrow::utf8()), R"([["a"]])", "nested");
}

}  // namespace
}  // namespace costmill
