#include "distribution/day_task.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "costmill/version.h"

namespace costmill {
namespace {

DayTask some_task() {
  DayTask task{.version = kVersion, .settings = R"({"run":{"layout":"koku"}})", .staging = "/sink.staging"};
  task.cluster = {
      .source_uuid = "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b", .cluster_id = "id", .cluster_alias = "älias", .report_period_id = 7};
  const Day day = *parse_day("2025-10-07");
  task.plan.piece = {month_of(day), {day, day.next()}};
  task.plan.left_out = {day.next()};
  task.plan.files.push_back({.file = {"a/b c.parquet", 12'345'678'901, "v1"},
                             .table = Table::kPodDaily,
                             .use = {.capacity = true, .pods = true, .placements = true},
                             .rows = 9,
                             .metadata = nullptr,
                             .content = nullptr});
  PlannedRowGroup row_group{.file = 0, .row_group = 3, .rows = 9, .compressed_bytes = 77, .days = {day, day}, .times = std::nullopt};
  DayGroup group{task.plan.piece.days, {row_group}, {row_group}};
  row_group.times = TimeSpan{-5, 1'759'795'200'000};
  group.row_groups.push_back(row_group);
  task.plan.groups.push_back(group);
  task.write_empty_days = true;
  task.share = DayTask::Share::kPart;
  return task;
}

ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::kBug;
}

TEST(DayTasks, TravelWhole) {
  const DayTask task = some_task();
  const DayTask read = task_from(to_json(task));
  EXPECT_EQ(to_json(read), to_json(task));
  EXPECT_EQ(read.key(to_json(read)), task.key(to_json(task)));
  EXPECT_EQ(read.plan.files[0].file, task.plan.files[0].file);
  EXPECT_EQ(read.plan.files[0].use, task.plan.files[0].use);
  EXPECT_FALSE(read.plan.groups[0].row_groups[0].times);
  EXPECT_EQ(read.plan.groups[0].row_groups[1].times->first_ms, -5);
  EXPECT_EQ(read.plan.groups[0].storage_elsewhere.size(), 1);
  EXPECT_EQ(read.cluster.report_period_id, 7);
  EXPECT_EQ(read.rows(), 18);
}

TEST(DayTasks, KeysAreThoseOfTheirContent) {
  DayTask task = some_task();
  const auto key_of = [](const DayTask& of) { return of.key(to_json(of)); };
  const std::string key = key_of(task);
  EXPECT_EQ(key.find("costmill-6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b-2025-10-07-"), 0);
  task.plan.files[0].file.version = "v2";
  EXPECT_NE(key_of(task), key);
  task = some_task();
  task.settings += " ";
  EXPECT_NE(key_of(task), key);
}

TEST(DayTasks, OtherVersionsAndWhatIsNoTaskAreRefused) {
  DayTask task = some_task();
  task.version = "0.0.1";
  EXPECT_EQ(code_of([&] { task_from(to_json(task)); }), ErrorCode::kConflict);
  EXPECT_EQ(code_of([&] { task_from("{}"); }), ErrorCode::kBug);
  EXPECT_EQ(code_of([&] { task_from("[1"); }), ErrorCode::kBug);
  std::string odd = to_json(some_task());
  odd.replace(odd.find("[0,3,9"), 6, "[1,3,9");
  EXPECT_EQ(code_of([&] { task_from(odd); }), ErrorCode::kBug) << "a row group of a file that is not there";
}

TEST(TaskReceipts, TravelWhole) {
  TaskReceipt receipt;
  DayReceipt day{.day = *parse_day("2025-10-07"), .is_written = true, .input_rows = 5, .rows = 4, .digest = "abc"};
  day.fan_outs.claims_with_several_volumes = 3;
  day.hours[23] = true;
  day.sanity.add(SanityCheck::kMissingHours, "the cluster, hour 02", 2);
  day.totals.values[DayTotals::kRows] = 0.1;
  receipt.days = {day};
  receipt.figures = {.rows_folded = 5, .bytes_fetched = 6, .reading_seconds = 0.25, .aggregation_seconds = 0.5, .encoding_seconds = 1};
  receipt.staged = "/sink.staging/key/days";
  const TaskReceipt read = receipt_from(to_json(receipt));
  EXPECT_EQ(to_json(read), to_json(receipt));
  EXPECT_EQ(read.days[0].sanity, day.sanity);
  EXPECT_EQ(read.days[0].totals, day.totals);
  EXPECT_EQ(read.days[0].hours, day.hours);
  EXPECT_EQ(code_of([] { receipt_from("{}"); }), ErrorCode::kBug);
}

}  // namespace
}  // namespace costmill
