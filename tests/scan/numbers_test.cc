// F08: which stored types become a number, and which values do not without loss.
#include <parquet/column_writer.h>
#include <parquet/file_writer.h>

#include <cmath>
#include <limits>

#include "parquet_builder.h"

namespace costmill {
namespace {

constexpr const char* kColumn = "pod_usage_cpu_core_seconds";
using Numbers = std::vector<std::optional<double>>;

Numbers read_numbers(const TempTree& tree) {
  return decode(tree, "f.parquet", Table::kPodDaily).numbers[pod_columns::kUsageCpuCoreSeconds];
}

Numbers numbers_of(const std::shared_ptr<arrow::DataType>& type, const std::string& json, const FileForm& form = {}) {
  const TempTree tree;
  write_columns(tree.at("f.parquet"), {{kColumn, type, json}}, form);
  return read_numbers(tree);
}

void expect_refused(const std::shared_ptr<arrow::DataType>& type, const std::string& json, const std::string& found,
                    const FileForm& form = {}) {
  const Error error = error_of([&] { numbers_of(type, json, form); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput) << error.what();
  EXPECT_EQ(error.place().file, "f.parquet");
  EXPECT_EQ(error.place().column, kColumn);
  for (const std::string& part : {std::string("f.parquet"), std::string(kColumn), found}) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

const FileForm kIntegers{.properties = [](Properties& p) { p.enable_store_decimal_as_integer(); }};

// F10: what the rules make of them is the rules' matter.
TEST(Numbers, NanAndInfinitiesAndMinusZeroArriveAsTheyAre) {
  const TempTree tree;
  arrow::DoubleBuilder builder;
  const std::vector<double> stored{std::numeric_limits<double>::quiet_NaN(),
                                   std::numeric_limits<double>::infinity(),
                                   -std::numeric_limits<double>::infinity(),
                                   -1,
                                   -0.0,
                                   1e300};
  ASSERT_TRUE(builder.AppendValues(stored).ok());
  ASSERT_TRUE(builder.AppendNull().ok());
  write_table(tree.at("f.parquet"),
              *arrow::Table::Make(arrow::schema({arrow::field(kColumn, arrow::float64())}), {builder.Finish().ValueOrDie()}));
  const Numbers read = read_numbers(tree);
  ASSERT_EQ(read.size(), stored.size() + 1);
  EXPECT_TRUE(std::isnan(*read[0]));
  for (std::size_t i = 1; i < stored.size(); ++i) EXPECT_EQ(read[i], stored[i]);
  EXPECT_TRUE(std::signbit(*read[4]));
  EXPECT_EQ(read.back(), std::nullopt);
}

TEST(Numbers, FloatsOfAllWidthsConvert) {
  EXPECT_EQ(numbers_of(arrow::float64(), "[1.5, null, -1e300]"), (Numbers{1.5, std::nullopt, -1e300}));
  EXPECT_EQ(numbers_of(arrow::float32(), "[0.1, null]"), (Numbers{static_cast<double>(0.1F), std::nullopt}));
}

TEST(Numbers, HalfFloatsConvert) {
  // 1, -2, the smallest subnormal, the largest value, zero.
  arrow::HalfFloatBuilder builder;
  constexpr std::uint16_t kStored[] = {0x3C00, 0xC000, 0x0001, 0x7BFF, 0x0000};
  for (const std::uint16_t bits : kStored) ASSERT_TRUE(builder.Append(bits).ok());
  ASSERT_TRUE(builder.AppendNull().ok());
  const TempTree tree;
  write_table(tree.at("f.parquet"),
              *arrow::Table::Make(arrow::schema({arrow::field(kColumn, arrow::float16())}), {builder.Finish().ValueOrDie()}));
  EXPECT_EQ(read_numbers(tree), (Numbers{1, -2, 0x1p-24, 65504, 0, std::nullopt}));
}

TEST(Numbers, IntegersOfAllWidthsAndSignsConvert) {
  EXPECT_EQ(numbers_of(arrow::int8(), "[-128, 127]"), (Numbers{-128, 127}));
  EXPECT_EQ(numbers_of(arrow::uint8(), "[255]"), (Numbers{255}));
  EXPECT_EQ(numbers_of(arrow::int32(), "[-2147483648, null, 2147483647]"), (Numbers{-2147483648.0, std::nullopt, 2147483647}));
  EXPECT_EQ(numbers_of(arrow::uint32(), "[4294967295]"), (Numbers{4294967295.0}));
  EXPECT_EQ(numbers_of(arrow::int64(), "[-9007199254740992, 9007199254740992]"), (Numbers{-0x1p53, 0x1p53}));
  EXPECT_EQ(numbers_of(arrow::int64(), "[9007199254740994, -9223372036854775808]"), (Numbers{9007199254740994.0, -0x1p63}));
  EXPECT_EQ(numbers_of(arrow::uint64(), "[9223372036854775808]"), (Numbers{0x1p63}));
}

TEST(Numbers, IntegersThatADoubleCannotHoldAreRefused) {
  expect_refused(arrow::int64(), "[1, 9007199254740993]", "9007199254740993");
  expect_refused(arrow::int64(), "[9223372036854775807]", "9223372036854775807");
  expect_refused(arrow::int64(), "[-9007199254740993]", "-9007199254740993");
  expect_refused(arrow::uint64(), "[18446744073709551615]", "18446744073709551615");
}

TEST(Numbers, DecimalsOfFixedLengthConvertToTheNearestDouble) {
  EXPECT_EQ(numbers_of(arrow::decimal128(38, 4), R"(["0.1000", null, "-76.8000", "99999999999.9999"])"),
            (Numbers{0.1, std::nullopt, -76.8, 99999999999.9999}));
  EXPECT_EQ(numbers_of(arrow::decimal128(38, 15), R"(["192.000000000000000"])"), (Numbers{192})) << "trailing zeros are no digits";
}

TEST(Numbers, DecimalsStoredAsIntegersConvert) {
  EXPECT_EQ(numbers_of(arrow::decimal128(9, 2), R"(["1234567.89", "-0.01"])", kIntegers), (Numbers{1234567.89, -0.01}));
  EXPECT_EQ(numbers_of(arrow::decimal128(18, 3), R"(["123456789012.345"])", kIntegers), (Numbers{123456789012.345}));
}

TEST(Numbers, DecimalsStoredAsByteArraysConvert) {
  const TempTree tree;
  const auto column = parquet::schema::PrimitiveNode::Make(kColumn, parquet::Repetition::REQUIRED, parquet::LogicalType::Decimal(20, 2),
                                                           parquet::Type::BYTE_ARRAY);
  const auto root = std::static_pointer_cast<parquet::schema::GroupNode>(
      parquet::schema::GroupNode::Make("schema", parquet::Repetition::REQUIRED, {column}));
  auto file = arrow::io::FileOutputStream::Open(tree.at("f.parquet").string()).ValueOrDie();
  auto writer = parquet::ParquetFileWriter::Open(file, root);
  auto* values = static_cast<parquet::ByteArrayWriter*>(writer->AppendRowGroup()->NextColumn());
  const std::uint8_t positive[] = {0x01, 0x00};  // 256
  const std::uint8_t negative[] = {0xFF};        // -1
  const parquet::ByteArray stored[] = {{2, positive}, {1, negative}, {0, positive}};
  values->WriteBatch(3, nullptr, nullptr, stored);
  writer->Close();
  ASSERT_TRUE(file->Close().ok());
  EXPECT_EQ(read_numbers(tree), (Numbers{2.56, -0.01, 0}));
}

TEST(Numbers, DecimalsOfMoreDigitsBehindThePointThanADoubleHasAreRefused) {
  const TempTree tree;
  constexpr int kDigits = 1'000'000'000;
  const auto column = parquet::schema::PrimitiveNode::Make(kColumn, parquet::Repetition::REQUIRED,
                                                           parquet::LogicalType::Decimal(kDigits, kDigits), parquet::Type::BYTE_ARRAY);
  const auto root = std::static_pointer_cast<parquet::schema::GroupNode>(
      parquet::schema::GroupNode::Make("schema", parquet::Repetition::REQUIRED, {column}));
  auto file = arrow::io::FileOutputStream::Open(tree.at("f.parquet").string()).ValueOrDie();
  auto writer = parquet::ParquetFileWriter::Open(file, root);
  auto* values = static_cast<parquet::ByteArrayWriter*>(writer->AppendRowGroup()->NextColumn());
  const std::uint8_t five[] = {0x05};
  const parquet::ByteArray stored(1, five);
  values->WriteBatch(1, nullptr, nullptr, &stored);
  writer->Close();
  ASSERT_TRUE(file->Close().ok());
  const Error error = error_of([&] { read_numbers(tree); });
  EXPECT_EQ(error.code(), ErrorCode::kBadInput);
  EXPECT_NE(std::string(error.what()).find("5e-1000000000"), std::string::npos) << error.what();
}

TEST(Numbers, DecimalsOfMoreThanFifteenDigitsAreRefused) {
  EXPECT_EQ(numbers_of(arrow::decimal128(38, 0), R"(["999999999999999"])"), (Numbers{999999999999999.0}));
  expect_refused(arrow::decimal128(38, 0), R"(["1000000000000001"])", "1000000000000001");
  expect_refused(arrow::decimal128(38, 10), R"(["1.0000000000", "123456.1234567891"])", "1234561234567891E-10");
  expect_refused(arrow::decimal128(38, 0), R"(["99999999999999999999999999999999999999"])", "more than 18 digits");
  expect_refused(arrow::decimal128(18, 3), R"(["123456789012345.678"])", "123456789012345678E-3", kIntegers);
}

TEST(Numbers, AColumnOfTypeNullIsNull) { EXPECT_EQ(numbers_of(arrow::null(), "[null, null]"), Numbers(2)); }

TEST(Numbers, DictionaryCodedNumbersConvert) {
  EXPECT_EQ(numbers_of(arrow::float64(), "[1, 1, 2, null, 2]", {.properties = [](Properties& p) { p.enable_dictionary(); }}),
            (Numbers{1, 1, 2, std::nullopt, 2}));
}

TEST(Numbers, OtherTypesAreRefusedAndNamed) {
  expect_refused(arrow::boolean(), "[true]", "BOOLEAN");
  expect_refused(arrow::utf8(), R"(["1.5"])", "BYTE_ARRAY String");
  expect_refused(arrow::binary(), R"(["x"])", "BYTE_ARRAY");
  expect_refused(arrow::timestamp(arrow::TimeUnit::MILLI), "[1]", "INT64 Timestamp");
  expect_refused(arrow::date32(), "[1]", "INT32 Date");
  expect_refused(arrow::fixed_size_binary(8), R"(["12345678"])", "FIXED_LEN_BYTE_ARRAY");
}

TEST(Numbers, NestedColumnsAreRefused) {
  expect_refused(arrow::list(arrow::float64()), "[[1, 2]]", "nested");
  expect_refused(arrow::struct_({arrow::field("x", arrow::float64())}), R"([{"x": 1}])", "nested");
}

}  // namespace
}  // namespace costmill
