#include "progress.h"

#include <gtest/gtest.h>

#include "terminal.h"

namespace costmill::app {
namespace {

constexpr RunProgress kQuarter{.days_done = 7, .days = 31, .rows_done = 500'000, .rows = 2'000'000};

TEST(ProgressLine, NamesDaysSpeedAndTimeLeft) {
  EXPECT_EQ(progress_line(kQuarter, 10, 120), "███████▌░░░░░░░░░░░░░░░░░░░░░░  25%  7 of 31 days  50 thousand rows/s  0:30 left");
}

TEST(ProgressLine, SpeedHasTheUnitThatFits) {
  EXPECT_NE(progress_line({.rows_done = 900, .rows = 1000}, 1, 120).find(" 900 rows/s"), std::string::npos);
  EXPECT_NE(progress_line({.rows_done = 3'400'000, .rows = 9'000'000}, 2, 120).find(" 1.7 million rows/s"), std::string::npos);
}

TEST(ProgressLine, HoursAreToldApart) {
  EXPECT_NE(progress_line({.rows_done = 1, .rows = 3601}, 1, 120).find("1:00:00 left"), std::string::npos);
  EXPECT_NE(progress_line({.rows_done = 1, .rows = 3600}, 1, 120).find(" 59:59 left"), std::string::npos);
}

TEST(ProgressLine, GuessesNothingAtFirstNorAtTheEnd) {
  EXPECT_EQ(progress_line(kQuarter, 0.5, 120).find("left"), std::string::npos);
  EXPECT_EQ(progress_line({.days = 31, .rows = 2000}, 10, 120).find("left"), std::string::npos);
  EXPECT_EQ(progress_line({.rows_done = 2000, .rows = 2000}, 10, 120).find("left"), std::string::npos);
}

TEST(ProgressLine, NothingToDoIsAllDone) { EXPECT_NE(progress_line({}, 0, 120).find("100%"), std::string::npos); }

TEST(ProgressLine, StaysWithinTheTerminal) {
  for (std::size_t columns = 1; columns < 130; ++columns) EXPECT_LT(display_width(progress_line(kQuarter, 10, columns)), columns);
}

TEST(BlockBar, FillsInEighths) {
  EXPECT_EQ(block_bar(0, 4), "");
  EXPECT_EQ(block_bar(1.0 / 32, 4), "▏");
  EXPECT_EQ(block_bar(0.5, 4), "██");
  EXPECT_EQ(block_bar(0.6, 4), "██▍");
  EXPECT_EQ(block_bar(1, 4), "████");
  EXPECT_EQ(block_bar(7, 4), "████");
  EXPECT_EQ(block_bar(-1, 4), "");
}

}  // namespace
}  // namespace costmill::app
