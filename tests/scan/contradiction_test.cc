// Footers, headers and pages that contradict each other, each made from a good file by changing a few bytes.
#include <parquet/metadata.h>

#include <cstring>

#include "parquet_builder.h"
#include "scan/footer_bytes.h"

namespace costmill {
namespace {

constexpr const char* kUsage = "pod_usage_cpu_core_seconds";

// Numbers of fixed size, so that each value lies in the file as it is.
void write_usage(
    const TempTree& tree, const std::string& json, const std::function<void(Properties&)>& more = [](Properties&) {}) {
  write_columns(tree.at(kFile), {{kUsage, arrow::float64(), json}}, {.properties = [&](Properties& p) {
                  p.compression(arrow::Compression::UNCOMPRESSED);
                  more(p);
                }});
}

// Replaces the n-th occurrence.
void patch(const TempTree& tree, const std::string& was, const std::string& is, int occurrence = 0) {
  ASSERT_EQ(was.size(), is.size());
  std::string content = tree.content(kFile);
  std::size_t at = content.find(was);
  for (int i = 0; i < occurrence && at != std::string::npos; ++i) at = content.find(was, at + 1);
  ASSERT_NE(at, std::string::npos) << "the file does not hold what is to be replaced";
  content.replace(at, is.size(), is);
  tree.write(kFile, content);
}

std::string bytes_of(double value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

void expect_corrupt(const TempTree& tree, const std::string& what, const ScanOptions& options = {}) {
  const Error error = error_of([&] { decode(tree, kFile, Table::kPodDaily, options); });
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << error.what();
  EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
  EXPECT_EQ(error.place().file, kFile);
}

TEST(Contradiction, AColumnOfAnotherNameInARowGroupIsCorrupt) {
  const TempTree tree;
  write_usage(tree, "[1, 2]");
  patch(tree, kUsage, "pod_usage_cpu_core_secondz", 0);
  expect_corrupt(tree, "in the schema and");
}

// 61 rows, as the file, the row group and the column each count them: 122 in the footer's coding.
TEST(Contradiction, CountsOfRowsThatDifferAreCorrupt) {
  const std::string count("\x16\x7A", 2);
  const TempTree tree;
  std::string json = "[1";
  for (int i = 1; i < 61; ++i) json += ",1";
  write_usage(tree, json + "]");
  const std::string content = tree.content(kFile);
  int counts = 0;
  for (std::size_t at = content.find(count); at != std::string::npos; at = content.find(count, at + 1), ++counts) {
    for (const char* const other : {"\x16\x78", "\x16\x7C", "\x16\x79"}) {  // 60, 62, -61
      std::string damaged = content;
      damaged.replace(at, 2, other, 2);
      tree.write(kFile, damaged);
      expect_corrupt(tree, "row");
    }
  }
  EXPECT_EQ(counts, 3);
}

TEST(Contradiction, AValueBeyondItsStatisticsIsCorrupt) {
  for (const bool has_dictionary : {true, false}) {
    const TempTree tree;
    write_usage(tree, "[1.25, 2.5, 2.75, 3.5]", [&](Properties& p) { has_dictionary ? p.enable_dictionary() : p.disable_dictionary(); });
    patch(tree, bytes_of(2.75), bytes_of(3.75));
    expect_corrupt(tree, "has the value 3.75, but its statistics say 1.25 to 3.5");
  }
}

TEST(Contradiction, AValueOfADictionaryThatNoRowHasMayLieAnywhere) {
  const TempTree tree;
  const auto codes = arrow::json::ArrayFromJSONString(arrow::int32(), "[0, 2, 0]").ValueOrDie();
  const auto texts = arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["b", "z", "c"])").ValueOrDie();
  const auto column = arrow::DictionaryArray::FromArrays(codes, texts).ValueOrDie();
  write_table(tree.at(kFile), *arrow::Table::Make(arrow::schema({arrow::field("namespace", column->type())}), {column}));
  EXPECT_EQ(decode(tree, kFile, Table::kPodDaily).texts[pod_columns::kNamespace], (std::vector<std::optional<std::string>>{"b", "c", "b"}));
}

TEST(Contradiction, TextsBeyondTheirStatisticsAreCorrupt) {
  for (const bool has_dictionary : {true, false}) {
    const TempTree tree;
    write_columns(tree.at(kFile), {{"namespace", arrow::utf8(), R"(["apples", "bananas", "cherries"])"}},
                  {.properties = [&](Properties& p) {
                    p.compression(arrow::Compression::UNCOMPRESSED);
                    has_dictionary ? p.enable_dictionary() : p.disable_dictionary();
                  }});
    patch(tree, "bananas", "zananas");
    expect_corrupt(tree, "beyond its statistics");
  }
}

TEST(Contradiction, ADictionaryWithBytesBehindItsLastValueIsCorrupt) {
  const TempTree tree;
  write_columns(tree.at(kFile), {{"namespace", arrow::utf8(), R"(["apples", "bananas"])"}},
                {.properties = [](Properties& p) { p.compression(arrow::Compression::UNCOMPRESSED)->disable_statistics(); }});
  patch(tree, std::string("\x07\0\0\0bananas", 11), std::string("\x06\0\0\0bananas", 11));
  expect_corrupt(tree, "behind its last value");
}

TEST(Contradiction, APageWithBytesBehindItsLastValueIsCorrupt) {
  const TempTree tree;
  write_columns(tree.at(kFile), {{"namespace", arrow::utf8(), R"(["apples", "bananas"])"}}, {.properties = [](Properties& p) {
                  p.compression(arrow::Compression::UNCOMPRESSED)->disable_statistics()->disable_dictionary();
                }});
  patch(tree, std::string("\x07\0\0\0bananas", 11), std::string("\x06\0\0\0bananas", 11));
  expect_corrupt(tree, "more values than rows");
}

// The levels of four rows, of which one is NULL, are bit-packed: 0b1011.
TEST(Contradiction, NullsThatTheFooterDoesNotCountAreCorrupt) {
  for (const auto version : {parquet::ParquetDataPageVersion::V1, parquet::ParquetDataPageVersion::V2}) {
    const TempTree tree;
    write_usage(tree, "[1.5, 2.5, null, 3.5]", [&](Properties& p) { p.disable_dictionary()->data_page_version(version); });
    patch(tree, std::string("\x03\x0B", 2), std::string("\x03\x03", 2));
    // The values of three rows are there, and two are asked for.
    const Error error = error_of([&] { decode(tree, kFile, Table::kPodDaily); });
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << error.what();
  }
}

TEST(Contradiction, EncryptedFilesAreRefusedWithAReason) {
  const TempTree tree;
  tree.write(kFile, "PARE" + std::string(100, 'x') + std::string("\x20\0\0\0PARE", 8));
  const Error error = error_of([&] { decode(tree, kFile, Table::kPodDaily); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_NE(std::string(error.what()).find("encrypted"), std::string::npos) << error.what();
}

TEST(Contradiction, AFooterThatIsSaidToBeLongerThanTheFileIsCorrupt) {
  const TempTree tree;
  tree.write(kFile, "PAR1" + std::string(100, '\0') + std::string("\xFF\xFF\xFF\x7FPAR1", 8));
  expect_corrupt(tree, "footer of 2147483647 bytes");
}

// Also where columns that nobody needs are decoded and thrown away.
TEST(Contradiction, AnUnneededColumnThatEndsEarlyIsCorruptWhereItIsDecoded) {
  const TempTree tree;
  write_columns(tree.at(kFile), {{"another", arrow::utf8(), R"(["apples", "bananas"])"}}, {.properties = [](Properties& p) {
                  p.compression(arrow::Compression::UNCOMPRESSED)->disable_statistics()->disable_dictionary();
                }});
  patch(tree, std::string("\x07\0\0\0bananas", 11), std::string("\x77\0\0\0bananas", 11));
  EXPECT_EQ(decode(tree, kFile, Table::kPodDaily).ms.size(), 2U);
  const Error error = error_of([&] { decode(tree, kFile, Table::kPodDaily, {.only_wanted_columns = false}); });
  EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << error.what();
}

FooterShape shape(const std::string& bytes) { return shape_of_footer({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}); }

// F05
TEST(FooterBytes, ClaimsWithoutBytesBehindThemAreRefused) {
  EXPECT_EQ(shape(std::string(1, '\0')).structs, 1);
  const std::string broken[] = {
      "",                                        // no end
      std::string("\x19\xFC\xFF\xFF\x3F\0", 6),  // a list of a million structs
      std::string("\x18\x70\0", 3),              // a text of 112 bytes
      std::string("\x1E\0", 2),                  // an unknown type
      std::string("\x16\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0", 13),
  };
  for (const std::string& bytes : broken) EXPECT_THROW(shape(bytes), parquet::ParquetException);
  EXPECT_EQ(shape(std::string(20, '\x1C') + std::string(21, '\0')).structs, 21);
  EXPECT_THROW(shape(std::string(100'000, '\x1C') + std::string(100'001, '\0')), parquet::ParquetException);
}

std::string schema_of_levels(int levels, char children) {
  std::string schema = std::string("\x29\xFC", 2);
  const int nodes = levels + 1;
  schema += static_cast<char>(nodes % 128 | 0x80);
  schema += static_cast<char>(nodes / 128);
  for (int i = 0; i < levels; ++i) schema += std::string("\x55", 1) + children + '\0';
  return schema + std::string(2, '\0');
}

// F05: readers recurse over the schema.
TEST(FooterBytes, ASchemaIsNotDeeperThanItsLimit) {
  constexpr char kOneChild = 2;
  EXPECT_EQ(shape(schema_of_levels(64, kOneChild)).schema_depth, 64);
  EXPECT_THROW(shape(schema_of_levels(65, kOneChild)), parquet::ParquetException);
  constexpr char kTwoChildren = 4;
  constexpr char kMinusOne = 1;
  EXPECT_THROW(shape(schema_of_levels(3, kTwoChildren)), parquet::ParquetException);
  EXPECT_THROW(shape(schema_of_levels(3, kMinusOne)), parquet::ParquetException);
}

}  // namespace
}  // namespace costmill
