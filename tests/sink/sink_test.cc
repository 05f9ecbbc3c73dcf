// What all sinks promise.
#include "sink/sink.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "day_builder.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

struct SinkKind {
  const char* name;
  const char* scheme;
  const char* file;
  NumericOutput numeric;
};

class AnySink : public ::testing::TestWithParam<SinkKind> {
 protected:
  std::string uri() const { return std::string(GetParam().scheme) + ":" + place().string(); }
  fs::path place() const { return folder_ / GetParam().file; }
  std::unique_ptr<Sink> open(Commit commit = Commit::kEachDay) const {
    return open_sink(uri(), {.commit = commit, .numeric = GetParam().numeric});
  }
  std::vector<StoredRow> read(const std::string& source_uuid, Day day) const {
    return open_sink_reader(uri())->read_day({source_uuid, day});
  }
  bool is_sqlite() const { return std::string_view(GetParam().scheme) == "sqlite"; }

  TempFolder folder_;
};

// F14
TEST_P(AnySink, F14GivesTenThousandNastyRowsBackExactly) {
  const DayRows day = DayBuilder(kSourceA, kDay).nasty_rows(10'000, 1).build();
  {
    const auto sink = open();
    write(*sink, day);
    sink->finish();
  }
  std::vector<StoredRow> expected = stored_rows(day);
  std::vector<StoredRow> got = read(kSourceA, kDay);
  // Equal rows are interchangeable, all others keep their order.
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t r = 0; r < got.size(); ++r) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) ASSERT_EQ(got[r][c], expected[r][c]) << "row " << r << " " << kColumns[c].name;
  }
}

TEST_P(AnySink, ReplacingADayKeepsTheOthers) {
  const DayRows first = DayBuilder(kSourceA, kDay).nasty_rows(50, 2).build();
  const DayRows second = DayBuilder(kSourceA, kDay.next()).nasty_rows(50, 3).build();
  const DayRows other = DayBuilder(kSourceB, kDay).nasty_rows(50, 4).build();
  const DayRows again = DayBuilder(kSourceA, kDay).row("new", "n", 1.5).build();
  {
    const auto sink = open();
    for (const DayRows* day : {&first, &second, &other}) write(*sink, *day);
    sink->finish();
  }
  {
    const auto sink = open();
    write(*sink, again);
    sink->finish();
  }
  EXPECT_EQ(read(kSourceA, kDay), stored_rows(again));
  EXPECT_EQ(read(kSourceA, kDay.next()), stored_rows(second));
  EXPECT_EQ(read(kSourceB, kDay), stored_rows(other));
  EXPECT_EQ(open_sink_reader(uri())->days(), (std::vector<StoredKey>{{kSourceA, kDay}, {kSourceA, kDay.next()}, {kSourceB, kDay}}));
}

TEST_P(AnySink, ADayReplacedByNoRowsIsEmptyButRecorded) {
  for (const bool with_rows : {true, false}) {
    DayBuilder builder(kSourceA, kDay);
    if (with_rows) builder.row("n", "m", 1);
    const auto sink = open();
    write(*sink, builder.build());
    sink->finish();
  }
  EXPECT_TRUE(read(kSourceA, kDay).empty());
  const auto reader = open_sink_reader(uri());
  EXPECT_TRUE(reader->days().empty());
  ASSERT_EQ(reader->records().size(), 1U);
  EXPECT_EQ(reader->records()[0].rows, 0U);
}

TEST_P(AnySink, ARunWithoutDaysGivesAReadableEmptyTable) {
  open()->finish();
  EXPECT_TRUE(open_sink_reader(uri())->days().empty());
  EXPECT_TRUE(open_sink_reader(uri())->records().empty());
}

TEST_P(AnySink, RecordsComeBackSorted) {
  const DayRows days[] = {DayBuilder(kSourceB, kDay).row("a", "b", 1).build(), DayBuilder(kSourceA, kDay).row("a", "b", 2).build(),
                          DayBuilder(kSourceA, kDay.next()).row("a", "b", 3).build()};
  {
    const auto sink = open();
    for (const DayRows& day : days) write(*sink, day);
    sink->finish();
  }
  const std::vector<DayRecord> records = open_sink_reader(uri())->records();
  ASSERT_EQ(records.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(records[i], record_of(days[(i + 1) % 3]));
  }
}

TEST_P(AnySink, ARemovedDayLeavesNeitherRowsNorRecord) {
  const DayRows first = DayBuilder(kSourceA, kDay).row("a", "b", 1).build();
  const DayRows second = DayBuilder(kSourceA, kDay.next()).row("a", "b", 2).build();
  {
    const auto sink = open();
    for (const DayRows* day : {&first, &second}) write(*sink, *day);
    sink->finish();
  }
  {
    const auto sink = open();
    sink->remove_day({kSourceA, kDay});
    sink->remove_day({kSourceB, kDay});  // is not there
    sink->finish();
  }
  const auto reader = open_sink_reader(uri());
  EXPECT_EQ(reader->days(), (std::vector<StoredKey>{{kSourceA, kDay.next()}}));
  EXPECT_EQ(reader->records(), std::vector<DayRecord>{record_of(second)});
  EXPECT_TRUE(reader->read_day({kSourceA, kDay}).empty());
}

TEST_P(AnySink, TheLastDayMayBeRemoved) {
  {
    const auto sink = open();
    write(*sink, DayBuilder(kSourceA, kDay).row("a", "b", 1).build());
    sink->finish();
  }
  {
    const auto sink = open();
    sink->remove_day({kSourceA, kDay});
    sink->finish();
  }
  EXPECT_TRUE(open_sink_reader(uri())->days().empty());
  EXPECT_TRUE(open_sink_reader(uri())->records().empty());
}

TEST_P(AnySink, RecordedDaysAreThoseOfTheClusterAndRange) {
  const DayRows days[] = {DayBuilder(kSourceA, kDay).row("a", "b", 1).build(), DayBuilder(kSourceA, kDay.next()).row("a", "b", 2).build(),
                          DayBuilder(kSourceB, kDay).row("a", "b", 3).build()};
  const auto sink = open();
  for (const DayRows& day : days) write(*sink, day);
  sink->finish();
  const DateRange range{kDay, kDay};
  for (const RecordedDays& recorded : {sink->recorded_days(kSourceA, range), open_sink_reader(uri())->recorded_days(kSourceA, range)}) {
    EXPECT_EQ(recorded.records, std::vector<DayRecord>{record_of(days[0])});
    EXPECT_TRUE(recorded.unsure.empty());
  }
}

TEST_P(AnySink, AWholeRunIsInvisibleUntilFinished) {
  const DayRows before = DayBuilder(kSourceA, kDay).row("before", "n", 1).build();
  const DayRows after = DayBuilder(kSourceA, kDay).row("after", "n", 2).build();
  const DayRows next = DayBuilder(kSourceA, kDay.next()).row("next", "n", 3).build();
  {
    const auto sink = open(Commit::kWholeRun);
    write(*sink, before);
    sink->finish();
  }
  const std::vector<std::string> files = folder_.files();
  {
    const auto sink = open(Commit::kWholeRun);
    write(*sink, after);
    write(*sink, next);
    EXPECT_EQ(read(kSourceA, kDay), stored_rows(before));
    EXPECT_TRUE(read(kSourceA, kDay.next()).empty());
  }
  EXPECT_EQ(read(kSourceA, kDay), stored_rows(before));
  EXPECT_EQ(open_sink_reader(uri())->records().size(), 1U);
  EXPECT_EQ(folder_.files(), files);
  {
    const auto sink = open(Commit::kWholeRun);
    write(*sink, after);
    write(*sink, next);
    sink->finish();
  }
  EXPECT_EQ(read(kSourceA, kDay), stored_rows(after));
  EXPECT_EQ(read(kSourceA, kDay.next()), stored_rows(next));
}

TEST_P(AnySink, ADayThatDoesNotFitLeavesNothingAndOthersFollow) {
  const DayRows good = DayBuilder(kSourceA, kDay).row("good", "n", 1).build();
  DayBuilder builder(kSourceA, kDay.next());
  for (int i = 0; i < 2000; ++i) builder.row("fits", "n" + std::to_string(10000 + i), 1);
  DayRows bad = builder.build();
  bad.rows.back().number(Column::kPodLimitCpuCoreHours) = 1e18;
  const DayRows later = DayBuilder(kSourceA, Day{kDay.number + 2}).row("later", "n", 1).build();
  {
    const auto sink = open();
    write(*sink, good);
    if (GetParam().numeric == NumericOutput::kDecimal) {
      try {
        sink->write_day(sink->encode(unowned(bad)), DayRecord{.source_uuid = kSourceA, .day = bad.day});
        FAIL();
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kBadInput);
        EXPECT_EQ(error.place().column, "pod_limit_cpu_core_hours");
        EXPECT_EQ(error.place().day, "2025-10-02");
      }
    }
    write(*sink, later);
    sink->finish();
  }
  EXPECT_EQ(open_sink_reader(uri())->days(), (std::vector<StoredKey>{{kSourceA, good.day}, {kSourceA, later.day}}));
  EXPECT_EQ(read(kSourceA, later.day), stored_rows(later));
  EXPECT_EQ(open_sink_reader(uri())->records().size(), 2U);
}

TEST_P(AnySink, OneInputGivesTheSameBytes) {
  std::string contents[2];
  for (std::string& content : contents) {
    fs::remove_all(place());
    {
      const auto sink = open();
      write(*sink, DayBuilder(kSourceA, kDay).nasty_rows(100, 5).build());
      write(*sink, DayBuilder(kSourceB, kDay).nasty_rows(100, 6).build());
      sink->finish();
    }
    for (const std::string& file : folder_.files()) content += file + "\n" + content_of(folder_ / file);
  }
  EXPECT_EQ(contents[0], contents[1]);
}

TEST_P(AnySink, APathThroughAFileIsUnavailable) {
  std::ofstream(folder_ / "file") << "x";
  const std::string through = std::string(GetParam().scheme) + ":" + (folder_ / "file/below").string();
  std::string message;
  EXPECT_EQ(code_of([&] { open_sink(through, {}); }, &message), ErrorCode::kSinkUnavailable);
  EXPECT_NE(message.find("file"), std::string::npos);
  EXPECT_EQ(code_of([&] { open_sink_reader(through); }), ErrorCode::kSinkUnavailable);
}

TEST_P(AnySink, AFolderWithoutWriteRightIsDenied) {
  ::chmod(folder_.path().c_str(), 0555);
  const bool is_root = ::geteuid() == 0;  // root may write anywhere, so it becomes nobody for a moment
  ASSERT_EQ(is_root ? ::seteuid(65534) : 0, 0);
  ErrorCode code = ErrorCode::kBug;
  try {
    open();
  } catch (const Error& error) {
    code = error.code();
  }
  ASSERT_EQ(is_root ? ::seteuid(0) : 0, 0);
  ::chmod(folder_.path().c_str(), 0755);
  EXPECT_EQ(code, ErrorCode::kSinkDenied);
}

TEST_P(AnySink, AFullDiskIsUnavailableAndLeavesNoTemporaryFile) {
  {
    const auto sink = open();
    write(*sink, DayBuilder(kSourceA, kDay).row("before", "n", 1).build());
    sink->finish();
  }
  const std::vector<std::string> files = folder_.files();
  const DayRows big = DayBuilder(kSourceA, kDay).nasty_rows(3000, 8).build();
  // Files that may not grow behave like a full disk.
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit limit{is_sqlite() ? rlim_t{80 * 1024} : rlim_t{4 * 1024}, old_limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  ErrorCode code = ErrorCode::kBug;
  try {
    const auto sink = open();
    write(*sink, big);
    sink->finish();
  } catch (const Error& error) {
    code = error.code();
  }
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(code, ErrorCode::kSinkUnavailable);
  EXPECT_EQ(folder_.files(), files);
  EXPECT_EQ(read(kSourceA, kDay)[0][index_of(Column::kNamespace)], "before");
}

TEST_P(AnySink, NothingToReadIsUnavailable) {
  EXPECT_EQ(code_of([&] { open_sink_reader(uri()); }), ErrorCode::kSinkUnavailable);
}

INSTANTIATE_TEST_SUITE_P(Sinks, AnySink,
                         ::testing::Values(SinkKind{"csv", "csv", "out", NumericOutput::kDecimal},
                                           SinkKind{"parquet", "parquet", "out", NumericOutput::kDecimal},
                                           SinkKind{"parquet_float64", "parquet", "out", NumericOutput::kFloat64},
                                           SinkKind{"sqlite", "sqlite", "out.db", NumericOutput::kDecimal}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST(OpenSink, RefusesOtherUrisWithoutRepeatingThem) {
  for (const char* uri : {"", "sqlite", "mysql://user:secret@host", "csv:", "out.db"}) {
    std::string message;
    EXPECT_EQ(code_of([&] { open_sink(uri, {}); }, &message), ErrorCode::kBadConfig) << uri;
    EXPECT_EQ(code_of([&] { open_sink_reader(uri); }), ErrorCode::kBadConfig) << uri;
    EXPECT_EQ(message.find("secret"), std::string::npos);
  }
}

TEST(OpenSink, FoldersHaveOneWriterAndOneKindOfSink) {
  TempFolder folder;
  const std::string csv = "csv:" + folder.path().string();
  const std::string parquet = "parquet:" + folder.path().string();
  {
    const auto sink = open_sink(csv, {});
    EXPECT_EQ(code_of([&] { open_sink(csv, {}); }), ErrorCode::kConflict);
    write(*sink, DayBuilder(kSourceA, kDay).row("a", "b", 1).build());
    sink->finish();
  }
  EXPECT_EQ(code_of([&] { open_sink(parquet, {}); }), ErrorCode::kConflict);
}

TEST(OpenSink, ADamagedStateIsNamed) {
  TempFolder folder;
  for (const char* content : {"", "{", "[]", R"({"format":"other"})", R"({"format":"costmill-state","version":4,"sink":"csv","days":[]})",
                              R"({"format":"costmill-state","version":2,"sink":"csv","days":[{}]})"}) {
    std::ofstream(folder / "costmill-state.json") << content;
    std::string message;
    EXPECT_EQ(code_of([&] { open_sink("csv:" + folder.path().string(), {}); }, &message), ErrorCode::kSinkUnavailable) << content;
    EXPECT_NE(message.find("costmill-state.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace costmill
