// However a file is written and cut, the same rows come out.
#include <random>

#include "parquet_builder.h"

namespace costmill {
namespace {

constexpr std::int64_t kRows = 5000;

// Texts of very different counts and runs, NULLs, and numbers.
std::shared_ptr<arrow::Table> random_pods(bool with_nulls) {
  std::mt19937 random(11);
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MILLI), arrow::default_memory_pool());
  arrow::StringBuilder namespaces;
  arrow::StringBuilder pods;
  arrow::StringBuilder labels;
  arrow::DoubleBuilder usage;
  arrow::DoubleBuilder unwanted;
  const auto is_null_here = [&] { return with_nulls && random() % 9 == 0; };
  for (std::int64_t row = 0; row < kRows; ++row) {
    EXPECT_TRUE(times.Append(row * 60'000).ok());
    EXPECT_TRUE((is_null_here() ? namespaces.AppendNull() : namespaces.Append("ns" + std::to_string(row / 700))).ok());
    EXPECT_TRUE((is_null_here() ? pods.AppendNull() : pods.Append("pod-" + std::to_string(random() % 3000))).ok());
    EXPECT_TRUE(
        (is_null_here() ? labels.AppendNull() : labels.Append(row % 5 == 0 ? "" : "{\"k\": \"" + std::to_string(row % 300) + "\"}")).ok());
    EXPECT_TRUE((is_null_here() ? usage.AppendNull() : usage.Append(static_cast<double>(random()) / 7)).ok());
    EXPECT_TRUE(unwanted.Append(static_cast<double>(row)).ok());
  }
  const auto text = arrow::utf8();
  const auto schema = arrow::schema(
      {arrow::field("interval_start", arrow::timestamp(arrow::TimeUnit::MILLI), with_nulls), arrow::field("namespace", text, with_nulls),
       arrow::field("pod", text, with_nulls), arrow::field("pod_labels", text, with_nulls),
       arrow::field("pod_usage_cpu_core_seconds", arrow::float64(), with_nulls), arrow::field("another", arrow::float64(), with_nulls)});
  return arrow::Table::Make(schema, {times.Finish().ValueOrDie(), namespaces.Finish().ValueOrDie(), pods.Finish().ValueOrDie(),
                                     labels.Finish().ValueOrDie(), usage.Finish().ValueOrDie(), unwanted.Finish().ValueOrDie()});
}

struct Form {
  const char* name;
  FileForm form;
};

std::vector<Form> forms() {
  const auto form = [](const char* name, std::function<void(Properties&)> properties, std::int64_t row_group_rows = 1 << 20) {
    return Form{name, {.properties = std::move(properties), .row_group_rows = row_group_rows}};
  };
  return {
      form("dictionary", [](Properties&) {}),
      form("plain", [](Properties& p) { p.disable_dictionary(); }),
      form("dictionary that overflows",
           [](Properties& p) { p.dictionary_pagesize_limit(2000)->data_pagesize(1000)->write_batch_size(64); }),
      form("tiny pages", [](Properties& p) { p.data_pagesize(100)->write_batch_size(10); }),
      form("data pages of version 2", [](Properties& p) { p.data_page_version(parquet::ParquetDataPageVersion::V2); }),
      form("delta byte arrays", [](Properties& p) { p.disable_dictionary()->encoding("pod", parquet::Encoding::DELTA_BYTE_ARRAY); }),
      form("Snappy and checksums", [](Properties& p) { p.compression(arrow::Compression::SNAPPY)->enable_page_checksum(); }),
      form(
          "many row groups", [](Properties&) {}, 333),
  };
}

class Encodings : public testing::TestWithParam<bool> {};

TEST_P(Encodings, EveryFormAndChunkSizeGivesTheSameRows) {
  const TempTree tree;
  const auto table = random_pods(GetParam());
  write_table(tree.at("reference.parquet"), *table);
  const Decoded expected = decode(tree, "reference.parquet", Table::kPodDaily);
  ASSERT_EQ(expected.ms.size(), static_cast<std::size_t>(kRows));
  ASSERT_EQ(expected.texts[pod_columns::kNamespace].back(), GetParam() ? expected.texts[pod_columns::kNamespace].back() : "ns7");
  ASSERT_EQ(expected.ms[77], 77 * 60'000);
  for (const Form& form : forms()) {
    write_table(tree.at("form.parquet"), *table, form.form);
    for (const std::size_t chunk_rows : {std::size_t{1}, std::size_t{7}, std::size_t{16384}}) {
      for (const TextCoding coding : {TextCoding::kDictionaryCodes, TextCoding::kPlainText}) {
        const Decoded decoded = decode(tree, "form.parquet", Table::kPodDaily, {.chunk_rows = chunk_rows, .coding = coding});
        ASSERT_TRUE(decoded == expected) << form.name << ", chunks of " << chunk_rows;
      }
    }
    ASSERT_TRUE(decode(tree, "form.parquet", Table::kPodDaily, {.only_wanted_columns = false}) == expected) << form.name;
  }
}

INSTANTIATE_TEST_SUITE_P(NullsOrNot, Encodings, testing::Bool(),
                         [](const auto& parameter) { return parameter.param ? "WithNulls" : "RequiredColumns"; });

TEST(Encodings, ValuesAreThoseThatWereWritten) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"), {{"interval_start", arrow::timestamp(arrow::TimeUnit::MILLI), "[1759276800000, null, 1759280400123]"},
                                       {"namespace", arrow::utf8(), R"(["a", null, ""])"},
                                       {"node", arrow::large_utf8(), R"(["a", "b", null])"},
                                       {"pod_usage_cpu_core_seconds", arrow::float64(), "[0.1, null, -0.0]"}});
  const Decoded decoded = decode(tree, "f.parquet", Table::kPodDaily);
  EXPECT_EQ(decoded.ms, (std::vector<std::int64_t>{1759276800000, kNullTime, 1759280400123}));
  EXPECT_EQ(decoded.texts[pod_columns::kNamespace], (std::vector<std::optional<std::string>>{"a", std::nullopt, ""}));
  EXPECT_EQ(decoded.texts[pod_columns::kNode], (std::vector<std::optional<std::string>>{"a", "b", std::nullopt}));
  EXPECT_EQ(decoded.numbers[pod_columns::kUsageCpuCoreSeconds], (std::vector<std::optional<double>>{0.1, std::nullopt, -0.0}));
}

TEST(Encodings, AColumnThatTheFileLacksReadsNull) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"), {{"namespace", arrow::utf8(), R"(["a", "b"])"}});
  const Decoded decoded = decode(tree, "f.parquet", Table::kPodDaily);
  EXPECT_EQ(decoded.ms, (std::vector<std::int64_t>{kNullTime, kNullTime}));
  EXPECT_EQ(decoded.texts[pod_columns::kNode], (std::vector<std::optional<std::string>>(2)));
  EXPECT_EQ(decoded.numbers[pod_columns::kNodeCapacityCpuCores], (std::vector<std::optional<double>>(2)));
}

TEST(Encodings, AColumnThatIsNotWantedHoldsNothingAndIsNotLookedAt) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"), {{"namespace", arrow::utf8(), R"(["a"])"}, {"pod", arrow::boolean(), "[true]"}});
  const Decoded decoded = decode(tree, "f.parquet", Table::kPodDaily, {}, {1U << pod_columns::kNamespace, 0});
  EXPECT_EQ(decoded.texts[pod_columns::kNamespace][0], "a");
  EXPECT_TRUE(decoded.texts[pod_columns::kPod].empty());
}

TEST(Encodings, APageWithoutRowsIsNotTheEndOfAColumnThatIsNotNeeded) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"),
                {{"namespace", arrow::utf8(), R"(["a", "b", "c", "d", "e", "f", "g"])"},
                 {"extra", arrow::list(arrow::int64()), "[[], [], [], [], [], [1], [1, 2]]"}},
                {.properties = [](Properties& p) { p.data_pagesize(1)->write_batch_size(3); }});
  ScanOptions options;
  options.only_wanted_columns = false;
  EXPECT_EQ(decode(tree, "f.parquet", Table::kPodDaily, options).ms.size(), 7U);
}

TEST(Encodings, AFileWithoutRowsHasNoChunk) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"), {{"namespace", arrow::utf8(), "[]"}});
  EXPECT_TRUE(decode(tree, "f.parquet", Table::kPodDaily).ms.empty());
}

}  // namespace
}  // namespace costmill
