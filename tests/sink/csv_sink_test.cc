#include <gtest/gtest.h>

#include "csv/csv_reader.h"
#include "day_builder.h"
#include "sink/summary_csv.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

class CsvSinkFile : public ::testing::Test {
 protected:
  fs::path table() const { return folder_ / "out" / std::string(kCsvFileName); }
  std::string uri() const { return "csv:" + (folder_ / "out").string(); }

  void run(const std::vector<const DayRows*>& days) const {
    const auto sink = open_sink(uri(), {});
    for (const DayRows* day : days) write(*sink, *day);
    sink->finish();
  }

  std::vector<StoredRow> rows_of_file() const {
    SummaryCsv reader(table());
    std::vector<StoredRow> rows;
    for (StoredRow row; reader.next(row);) rows.push_back(row);
    return rows;
  }

  TempFolder folder_;
};

std::string header() {
  std::string text;
  append_csv_header(text);
  return text;
}

TEST_F(CsvSinkFile, IsTheCanonicalDump) {
  const DayRows day = DayBuilder(kSourceA, kDay).row("a\"b", "\\N", -76.80000000000001).row("a", "node", 192).build();
  run({&day});
  EXPECT_EQ(content_of(table()),
            header() +
                "7,cluster,\"Cluster, "
                "\"\"A\"\"\",Pod,2025-10-01,2025-10-01,a,node,\\N,\"{\"\"app\"\":\"\"x\"\"}\",192,\\N,\\N,\\N,\\N,\\N,\\N,\\N,"
                "\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\"{\"\"app\"\":\"\"x\"\"}\",\\N,\\N,\\N,\\N,11111111-1111-4111-8111-111111111111,"
                "\"{\"\"cpu\"\":0.0,\"\"memory\"\":0.0,\"\"storage\"\":0.0}\",\\N\n"
                "7,cluster,\"Cluster, "
                "\"\"A\"\"\",Pod,2025-10-01,2025-10-01,\"a\"\"b\",\"\\N\",\\N,\"{\"\"app\"\":\"\"x\"\"}\",-76.80000000000001,"
                "\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\"{\"\"app\"\":\"\"x\"\"}\",\\N,\\N,\\N,\\N,"
                "11111111-1111-4111-8111-111111111111,\"{\"\"cpu\"\":0.0,\"\"memory\"\":0.0,\"\"storage\"\":0.0}\",\\N\n");
}

TEST_F(CsvSinkFile, ClustersInterleaveInCanonicalOrderHoweverTheyWereWritten) {
  std::vector<DayRows> days;
  for (const char* source : {kSourceB, kSourceA}) {
    for (int day = 0; day < 3; ++day) {
      days.push_back(DayBuilder(source, Day{kDay.number + day}).nasty_rows(200, static_cast<unsigned>(days.size())).build());
    }
  }
  run({&days[0], &days[1], &days[2], &days[3], &days[4], &days[5]});
  const std::string at_once = content_of(table());
  std::vector<StoredRow> rows = rows_of_file();
  EXPECT_EQ(rows.size(), 1200U);
  const auto before = [](const StoredRow& a, const StoredRow& b) { return compare_canonical(a, b) < 0; };
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(), before));
  EXPECT_EQ(rows.front()[4], "2025-10-01");
  EXPECT_EQ(rows.back()[4], "2025-10-03");

  // One by one, in another order, over a file that keeps what is there.
  fs::remove_all(folder_ / "out");
  for (const std::size_t i : {5, 0, 3, 2, 4, 1}) run({&days[i]});
  EXPECT_EQ(content_of(table()), at_once);
  // Everything again.
  run({&days[0], &days[1], &days[2], &days[3], &days[4], &days[5]});
  EXPECT_EQ(content_of(table()), at_once);
}

TEST_F(CsvSinkFile, WithoutRowsHoldsTheHeaderOnly) {
  run({});
  EXPECT_EQ(content_of(table()), header());
}

TEST_F(CsvSinkFile, ARunWithoutDaysLeavesTheFileAsItIs) {
  const DayRows day = DayBuilder(kSourceA, kDay).row("a", "b", 1).build();
  run({&day});
  const std::string before = content_of(table());
  run({});
  EXPECT_EQ(content_of(table()), before);
}

TEST_F(CsvSinkFile, TemporaryFilesOfAKilledRunAreRemoved) {
  fs::create_directories(folder_ / "out");
  std::ofstream(folder_ / "out" / ".costmill-1-0123456789abcdef.tmp") << "left";
  const DayRows day = DayBuilder(kSourceA, kDay).row("a", "b", 1).build();
  run({&day});
  EXPECT_EQ(folder_.files(), (std::vector<std::string>{"out/costmill-state.json", "out/" + std::string(kCsvFileName)}));
}

TEST_F(CsvSinkFile, ALinkIsReplacedNotFollowed) {
  std::ofstream(folder_ / "elsewhere.csv") << header();
  fs::create_directories(folder_ / "out");
  fs::create_symlink(folder_ / "elsewhere.csv", table());
  const DayRows day = DayBuilder(kSourceA, kDay).row("a", "b", 1).build();
  run({&day});
  EXPECT_FALSE(fs::is_symlink(table()));
  EXPECT_EQ(content_of(folder_ / "elsewhere.csv"), header());
}

TEST_F(CsvSinkFile, RefusesToMergeIntoAFileThatIsNotInOrder) {
  const DayRows days[] = {DayBuilder(kSourceA, kDay).row("a", "n", 1).build(), DayBuilder(kSourceA, kDay.next()).row("a", "n", 1).build(),
                          DayBuilder(kSourceB, kDay).row("b", "n", 1).build()};
  run({&days[0], &days[1]});
  const std::string content = content_of(table());
  const std::size_t second = content.find('\n', content.find('\n') + 1) + 1;
  const std::string swapped = header() + content.substr(second) + content.substr(header().size(), second - header().size());
  std::ofstream(table()) << swapped;
  EXPECT_EQ(code_of([&] { run({&days[2]}); }), ErrorCode::kConflict);
  EXPECT_EQ(content_of(table()), swapped);
  std::ofstream(table()) << "no,header,of,ours\n";
  EXPECT_EQ(code_of([&] { run({&days[2]}); }), ErrorCode::kSinkUnavailable);
}

TEST_F(CsvSinkFile, WritingADayTwiceIsABug) {
  const DayRows day = DayBuilder(kSourceA, kDay).row("a", "n", 1).build();
  EXPECT_EQ(code_of([&] { run({&day, &day}); }), ErrorCode::kBug);
}

TEST_F(CsvSinkFile, ForeignTablesMayHaveAnyOrderOfRowsAndColumns) {
  const DayRows a = DayBuilder(kSourceA, kDay).row("x", "n", 1.5).row("y", "n", 2).build();
  const DayRows b = DayBuilder(kSourceB, kDay).row("x", "n", 3).build();
  std::string text = "extra";
  for (std::size_t c = kColumns.size(); c-- > 0;) text += "," + std::string(kColumns[c].name);
  text += "\r\n";
  const auto add = [&](StoredRow row) {
    if (row[10] == "1.5") row[10] = "15e-1";
    if (row[10] == "2") row[10] = "2.000";
    text += "?";
    for (std::size_t c = kColumns.size(); c-- > 0;) {
      text += ",";
      const bool number = kColumns[c].kind == ColumnKind::kNumber;
      if (row[c] || !number)
        append_csv_field(text, row[c] ? std::optional<std::string_view>(*row[c]) : std::nullopt);  // empty number: NULL
    }
    text += "\r\n";
  };
  add(stored_rows(a)[1]);
  add(stored_rows(b)[0]);
  add(stored_rows(a)[0]);
  std::ofstream(folder_ / "expected.csv") << text;
  const auto reader = open_sink_reader("csv:" + (folder_ / "expected.csv").string());
  EXPECT_EQ(reader->days(), (std::vector<StoredKey>{{kSourceA, kDay}, {kSourceB, kDay}}));
  EXPECT_EQ(reader->read_day({kSourceA, kDay}), (std::vector<StoredRow>{stored_rows(a)[1], stored_rows(a)[0]}));
  EXPECT_EQ(reader->read_day({kSourceB, kDay}), stored_rows(b));
  EXPECT_TRUE(reader->read_day({kSourceB, kDay.next()}).empty());
  EXPECT_TRUE(reader->records().empty());
}

TEST(StoredCells, NumbersBecomeCanonicalDecimalText) {
  const auto canonical = [](std::string text) { return canonicalize_number(text) ? text : "none"; };
  for (const char* text : {"0", "1", "-1", "0.1", "-0.000000000000001", "999999999999999999.999999999999999", "10", "100.05"}) {
    EXPECT_EQ(canonical(text), text);
  }
  EXPECT_EQ(canonical("-0"), "0");
  EXPECT_EQ(canonical("-0.0"), "0");
  EXPECT_EQ(canonical("007.50"), "7.5");
  EXPECT_EQ(canonical("1."), "1");
  EXPECT_EQ(canonical("1e-7"), "0.0000001");
  EXPECT_EQ(canonical("0.30000000000000004"), "0.3");
  for (const char* text : {"", "-", "x", "1x", "1e18", "nan", "inf", "1000000000000000000", "1.2.3", "-.", " 1"}) {
    EXPECT_EQ(canonical(text), "none") << text;
  }
}

TEST_F(CsvSinkFile, ForeignTablesAreNotTrusted) {
  const DayRows day = DayBuilder(kSourceA, kDay).row("x", "n", 1.5).build();
  run({&day});
  const std::string good = content_of(table());
  const auto message_with = [&](const std::string& from, const std::string& to) {
    std::string content = good;
    content.replace(content.find(from), from.size(), to);
    std::ofstream(folder_ / "foreign.csv") << content;
    std::string message;
    EXPECT_EQ(code_of([&] { open_sink_reader("csv:" + (folder_ / "foreign.csv").string())->days(); }, &message), ErrorCode::kBadInput);
    return message;
  };
  EXPECT_NE(message_with("storageclass", "class").find("storageclass"), std::string::npos);
  EXPECT_NE(message_with(",1.5,", ",many,").find("pod_usage_cpu_core_hours"), std::string::npos);
  EXPECT_NE(message_with("2025-10-01", "2025-13-01").find("usage_start"), std::string::npos);
  EXPECT_NE(message_with("2025-10-01", "\\N").find("line 2"), std::string::npos);
  EXPECT_NE(message_with(",1.5,", ",1.5,1.5,").find("37 fields"), std::string::npos);
}

TEST_F(CsvSinkFile, ReadsEveryExpectedTableOfTheGoldenCases) {
  std::size_t tables = 0;
  for (const auto& golden : fs::directory_iterator(fs::path(COSTMILL_SOURCE_DIR) / "tests/golden")) {
    const fs::path expected = golden.path() / "expected.csv";
    if (!fs::exists(expected)) continue;
    ++tables;
    CsvReader records(expected.string());
    std::size_t count = 0;
    for (CsvRow row; records.next(row);) ++count;
    const auto reader = open_sink_reader("csv:" + expected.string());
    std::size_t rows = 0;
    for (const StoredKey& key : reader->days()) rows += reader->read_day(key).size();
    EXPECT_EQ(rows + 1, count) << expected;
  }
  EXPECT_GT(tables, 30U);
}

}  // namespace
}  // namespace costmill
