// Rows and records in different files: what is known whenever a run is killed.
#include "sink/state_file.h"

#include <gtest/gtest.h>

#include "day_builder.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

const StoredKey kKey{kSourceA, kDay};
const DateRange kOnlyDay{kDay, kDay};

DayRecord record() { return record_of(DayBuilder(kSourceA, kDay).row("a", "b", 1).build()); }

TEST(StateFile, ADoubtedDayHasNoRecordUntilItIsPutAgain) {
  const TempFolder folder;
  {
    StateFile state(folder.path(), "csv");
    state.put(record());
    state.doubt(kKey);
    state.save();
  }
  StateFile state(folder.path(), "csv");
  EXPECT_TRUE(state.records().empty());
  EXPECT_EQ(state.recorded_days(kSourceA, kOnlyDay).unsure, std::set<Day>{kDay});
  EXPECT_TRUE(state.recorded_days(kSourceB, kOnlyDay).unsure.empty());
  EXPECT_TRUE(state.recorded_days(kSourceA, {kDay.next(), kDay.next()}).unsure.empty());
  state.put(record());
  EXPECT_EQ(state.recorded_days(kSourceA, kOnlyDay).records, std::vector<DayRecord>{record()});
  EXPECT_TRUE(state.recorded_days(kSourceA, kOnlyDay).unsure.empty());
}

TEST(StateFile, AForgottenDayIsNeitherRecordedNorDoubted) {
  const TempFolder folder;
  StateFile state(folder.path(), "csv");
  EXPECT_FALSE(state.forget(kKey));
  state.put(record());
  EXPECT_TRUE(state.forget(kKey));
  state.doubt(kKey);
  state.forget(kKey);
  EXPECT_TRUE(state.records().empty());
  EXPECT_TRUE(state.recorded_days(kSourceA, kOnlyDay).unsure.empty());
}

TEST(StateFile, RecordsOfAnOlderVersionAreNotTaken) {
  const TempFolder folder;
  std::ofstream(folder.path() / kStateFileName)
      << R"({"format": "costmill-state", "version": 1, "sink": "csv", "days": [{"day": "2025-10-01"}]})";
  EXPECT_TRUE(StateFile(folder.path(), "csv").records().empty());
}

TEST(StateFile, RecordsWithNumbersThatAreNoneAreNoState) {
  for (const std::string number : {"-1", "1e300", "1.5", "18446744073709551616", "true", "\"3\""}) {
    const TempFolder folder;
    StateFile state(folder.path(), "csv");
    state.put(record());
    state.save();
    const fs::path path = folder.path() / kStateFileName;
    std::string text = content_of(path);
    const std::string as_it_is = "\"rows\":1";
    text.replace(text.find(as_it_is), as_it_is.size(), "\"rows\":" + number);
    std::ofstream(path) << text;
    EXPECT_EQ(code_of([&] { StateFile(folder.path(), "csv"); }), ErrorCode::kSinkUnavailable) << number;
  }
}

TEST(StateFile, AParquetDayIsUnsureWithoutItsRecordAndWithoutItsFile) {
  const TempFolder folder;
  const std::string uri = "parquet:" + folder.path().string();
  for (const Day day : {kDay, kDay.next()}) {
    const auto sink = open_sink(uri, {});
    write(*sink, DayBuilder(kSourceA, day).row("a", "b", 1).build());
    sink->finish();
  }
  StateFile state(folder.path(), "parquet");
  state.forget(kKey);
  state.save();
  fs::remove_all(folder.path() / "reporting_ocpusagelineitem_daily_summary" / (std::string("source=") + kSourceA) / "2025-10-02.parquet");
  const RecordedDays recorded = open_sink(uri, {})->recorded_days(kSourceA, {kDay, kDay.next()});
  EXPECT_TRUE(recorded.records.empty());
  EXPECT_EQ(recorded.unsure, (std::set<Day>{kDay, kDay.next()}));
}

}  // namespace
}  // namespace costmill
