// What is encoded here is read back by Arrow.
#include "sink/parquet_file.h"

#include <arrow/array.h>
#include <arrow/io/memory.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <arrow/util/decimal.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>

#include "day_builder.h"

namespace costmill {
namespace {

class ParquetFile : public ::testing::Test {
 protected:
  void write(const DayRows& day, NumericOutput numeric, ParquetLimits limits = {}) {
    const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
    write_parquet(day, numeric, arrow::default_memory_pool(), out, limits);
    parquet::ReaderProperties properties;
    properties.set_page_checksum_verification(true);
    parquet::arrow::FileReaderBuilder builder;
    ASSERT_TRUE(builder.Open(std::make_shared<arrow::io::BufferReader>(out->Finish().ValueOrDie()), properties).ok());
    const auto reader = builder.Build().ValueOrDie();
    row_groups_ = reader->num_row_groups();
    table_ = reader->ReadTable().ValueOrDie()->CombineChunks().ValueOrDie();
    ASSERT_TRUE(table_->ValidateFull().ok());
  }

  // As text; nullopt is NULL.
  std::optional<std::string> cell(Column column, std::size_t row) const {
    const auto scalar = table_->GetColumnByName(std::string(def_of(column).name))->GetScalar(static_cast<std::int64_t>(row)).ValueOrDie();
    return scalar->is_valid ? std::optional(scalar->ToString()) : std::nullopt;
  }

  void expect_rows(const DayRows& day) const {
    ASSERT_EQ(table_->num_rows(), static_cast<std::int64_t>(day.rows.size()));
    for (std::size_t r = 0; r < day.rows.size(); ++r) {
      for (std::size_t c = 0; c < kColumns.size(); ++c) {
        const auto column = static_cast<Column>(c);
        const Cell expected = cell_of(day, day.rows[r], column);
        const auto found = cell(column, r);
        ASSERT_EQ(found.has_value(), !expected.null) << kColumns[c].name << " of row " << r;
        if (expected.null) continue;
        switch (kColumns[c].kind) {
          case ColumnKind::kNumber: EXPECT_EQ(to_decimal(std::stod(*found)), to_decimal(expected.number)) << *found; break;
          case ColumnKind::kInteger: EXPECT_EQ(*found, std::to_string(expected.integer)); break;
          case ColumnKind::kDate: EXPECT_EQ(*found, to_string(Day{expected.integer})); break;
          default: EXPECT_EQ(*found, expected.text); break;
        }
      }
    }
  }

  int row_groups_ = 0;
  std::shared_ptr<arrow::Table> table_;
};

TEST_F(ParquetFile, HoldsEveryCellOfNastyRows) {
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(700, 3).build();
  write(day, NumericOutput::kFloat64);
  expect_rows(day);
  EXPECT_EQ(row_groups_, 1);
}

TEST_F(ParquetFile, DictionariesStartAnewInEachRowGroup) {
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(700, 4).build();
  write(day, NumericOutput::kFloat64, {.rows = 64});
  expect_rows(day);
  EXPECT_EQ(row_groups_, 11);
}

TEST_F(ParquetFile, LongTextsMakeMoreRowGroups) {
  DayBuilder builder(kSourceA, kDay);
  for (char c = 'a'; c <= 'z'; ++c) builder.row(std::string(200, c), "node", 1);
  const DayRows day = builder.build();
  write(day, NumericOutput::kFloat64, {.text_bytes = 1000});
  expect_rows(day);
  EXPECT_GE(row_groups_, 6);
  EXPECT_LE(row_groups_, 13);
  write(day, NumericOutput::kFloat64, {.text_bytes = 10});
  expect_rows(day);
  EXPECT_EQ(row_groups_, 26) << "a row is never cut";
}

TEST_F(ParquetFile, DecimalsAreThoseOfTheOtherSinks) {
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(300, 5).build();
  write(day, NumericOutput::kDecimal);
  const auto column = std::static_pointer_cast<arrow::Decimal128Array>(table_->GetColumnByName("pod_usage_cpu_core_hours")->chunk(0));
  int numbers = 0;
  for (std::size_t r = 0; r < day.rows.size(); ++r) {
    const double number = day.rows[r].number(Column::kPodUsageCpuCoreHours);
    ASSERT_EQ(column->IsNull(static_cast<std::int64_t>(r)), is_null(number));
    if (is_null(number)) continue;
    const arrow::Decimal128 value(column->GetValue(static_cast<std::int64_t>(r)));
    const Decimal found = static_cast<Decimal>(value.high_bits()) << 64 | value.low_bits();
    EXPECT_TRUE(found == *to_decimal(number)) << r;
    ++numbers;
  }
  EXPECT_GT(numbers, 50);
}

}  // namespace
}  // namespace costmill
