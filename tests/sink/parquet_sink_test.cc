#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include "day_builder.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

const std::string kTableFolder = "reporting_ocpusagelineitem_daily_summary/";
const std::string kFile = kTableFolder + "source=11111111-1111-4111-8111-111111111111/2025-10-01.parquet";

class ParquetSinkFiles : public ::testing::Test {
 protected:
  std::string uri() const { return "parquet:" + folder_.path().string(); }

  void run(const DayRows* day, NumericOutput numeric = NumericOutput::kDecimal) const {
    const auto sink = open_sink(uri(), {.numeric = numeric});
    if (day != nullptr) write(*sink, *day);
    sink->finish();
  }

  std::shared_ptr<arrow::Table> table_of(const std::string& name) const {
    auto file = arrow::io::ReadableFile::Open((folder_ / name).string()).ValueOrDie();
    auto reader = parquet::arrow::OpenFile(file, arrow::default_memory_pool()).ValueOrDie();
    return reader->ReadTable().ValueOrDie();
  }

  TempFolder folder_;
};

TEST_F(ParquetSinkFiles, AreBuiltInTheGivenPool) {
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(100, 1).build();
  const auto sink = open_sink(uri(), {.pool = &pool});
  write(*sink, day);
  EXPECT_GT(pool.max_memory(), 0);
  EXPECT_EQ(pool.bytes_allocated(), 0);
}

TEST_F(ParquetSinkFiles, AreOneADayWithPlainTypes) {
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(100, 1).build();
  run(&day);
  EXPECT_EQ(folder_.files(), (std::vector<std::string>{"costmill-state.json", kFile}));
  const auto table = table_of(kFile);
  const auto type = [&](const std::string& name) { return table->schema()->GetFieldByName(name)->type()->ToString(); };
  EXPECT_EQ(table->num_rows(), 100);
  EXPECT_EQ(table->schema()->field(0)->name(), "uuid");
  EXPECT_EQ(table->num_columns(), 37);
  EXPECT_EQ(type("uuid"), "string");
  EXPECT_EQ(type("namespace"), "string");
  EXPECT_EQ(type("all_labels"), "string");
  EXPECT_EQ(type("usage_start"), "date32[day]");
  EXPECT_EQ(type("report_period_id"), "int32");
  EXPECT_EQ(type("node_capacity_cpu_cores"), "decimal128(33, 15)");
  EXPECT_EQ(table->GetColumnByName("uuid")->GetScalar(7).ValueOrDie()->ToString(), uuid_text(row_uuid(kSourceA, kDay, 7)));
}

TEST_F(ParquetSinkFiles, AreCompressedAndCodedWhereThatPays) {
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(100, 1).build();
  run(&day, NumericOutput::kFloat64);
  const auto metadata = parquet::ParquetFileReader::OpenFile((folder_ / kFile).string())->metadata();
  const auto chunk = [&](const std::string& name) { return metadata->RowGroup(0)->ColumnChunk(metadata->schema()->ColumnIndex(name)); };
  EXPECT_EQ(chunk("namespace")->compression(), parquet::Compression::SNAPPY);
  EXPECT_EQ(chunk("pod_limit_cpu_core_hours")->compression(), parquet::Compression::SNAPPY);
  EXPECT_EQ(chunk("uuid")->compression(), parquet::Compression::UNCOMPRESSED);
  EXPECT_EQ(chunk("pod_usage_cpu_core_hours")->compression(), parquet::Compression::UNCOMPRESSED);
  for (const char* name : {"namespace", "all_labels", "usage_start", "node_capacity_cpu_cores"})
    EXPECT_TRUE(chunk(name)->has_dictionary_page()) << name;
  for (const char* name : {"uuid", "pod_usage_cpu_core_hours"}) EXPECT_FALSE(chunk(name)->has_dictionary_page()) << name;
  EXPECT_TRUE(chunk("usage_start")->is_stats_set());
  EXPECT_FALSE(chunk("all_labels")->is_stats_set());
}

TEST_F(ParquetSinkFiles, HoldDoublesIfAsked) {
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(100, 1).build();
  run(&day, NumericOutput::kFloat64);
  EXPECT_EQ(table_of(kFile)->schema()->GetFieldByName("node_capacity_cpu_cores")->type()->ToString(), "double");
}

TEST_F(ParquetSinkFiles, CarryPageChecksumsThatTellDamage) {
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(100, 1).build();
  run(&day);
  std::string content = content_of(folder_ / kFile);
  content[content.size() / 4] = static_cast<char>(content[content.size() / 4] ^ 0x10);
  std::ofstream(folder_ / kFile, std::ios::binary) << content;
  EXPECT_EQ(code_of([&] { open_sink_reader(uri())->read_day({kSourceA, kDay}); }), ErrorCode::kCorrupt);
  std::ofstream(folder_ / kFile, std::ios::binary) << content.substr(0, content.size() / 2);
  EXPECT_EQ(code_of([&] { open_sink_reader(uri())->read_day({kSourceA, kDay}); }), ErrorCode::kCorrupt);
}

TEST_F(ParquetSinkFiles, WithoutDaysAnEmptyFileHasTheColumns) {
  run(nullptr);
  EXPECT_EQ(folder_.files(), (std::vector<std::string>{kTableFolder + "empty.parquet"}));
  EXPECT_EQ(table_of(kTableFolder + "empty.parquet")->num_rows(), 0);
  EXPECT_EQ(table_of(kTableFolder + "empty.parquet")->num_columns(), 37);
  const DayRows day = DayBuilder(kSourceA, kDay).build();
  run(&day);
  EXPECT_EQ(folder_.files(), (std::vector<std::string>{"costmill-state.json", kFile}));
  EXPECT_EQ(table_of(kFile)->num_rows(), 0);
}

TEST_F(ParquetSinkFiles, ADayIsVisibleBeforeTheRunIsFinished) {
  const auto sink = open_sink(uri(), {});
  const DayRows day = DayBuilder(kSourceA, kDay).row("a", "n", 1).build();
  write(*sink, day);
  EXPECT_EQ(open_sink_reader(uri())->read_day({kSourceA, kDay}), stored_rows(day));
  EXPECT_EQ(open_sink_reader(uri())->records().size(), 1U);
}

TEST_F(ParquetSinkFiles, LinksAndOddNamesLeadNowhere) {
  fs::create_directories(folder_ / "elsewhere");
  fs::create_directories(folder_ / kTableFolder);
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / (kTableFolder + "source=" + kSourceA));
  const DayRows day = DayBuilder(kSourceA, kDay).row("a", "n", 1).build();
  EXPECT_EQ(code_of([&] { run(&day); }), ErrorCode::kSinkUnavailable);
  EXPECT_TRUE(fs::is_empty(folder_ / "elsewhere"));
  const DayRows odd = DayBuilder("../../../../../../../tmp/escape-00000", kDay).row("a", "n", 1).build();
  EXPECT_EQ(code_of([&] { run(&odd); }), ErrorCode::kBadConfig);
}

TEST_F(ParquetSinkFiles, TemporaryFilesOfAKilledRunAreRemoved) {
  fs::create_directories(folder_ / (kTableFolder + "source=x"));
  std::ofstream(folder_ / (kTableFolder + "source=x/.costmill-1-0123456789abcdef.tmp")) << "left";
  std::ofstream(folder_ / ".costmill-1-0123456789abcdef.tmp") << "left";
  run(nullptr);
  EXPECT_EQ(folder_.files(), (std::vector<std::string>{kTableFolder + "empty.parquet"}));
}

}  // namespace
}  // namespace costmill
