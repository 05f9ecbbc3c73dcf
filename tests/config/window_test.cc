#include "config/window.h"

#include "config_under_test.h"

namespace costmill {
namespace {

std::string window_text(const std::string& ocp, const CommandLine& command_line = {}) {
  const Config config = config_of("ocp: {" + ocp + "}", command_line);
  const auto& window = config.clusters.at(0).window;
  return window ? to_string(window->from) + ".." + to_string(window->to) + " " + config.clusters[0].window_origin : "none";
}

std::string refusal(const std::string& ocp, const CommandLine& command_line = {}) { return message_of("ocp: {" + ocp + "}", command_line); }

constexpr const char* kAllFour = "year: 2025, month: 11, start_date: 2025-11-01, end_date: 2025-11-30";

TEST(Window, NothingSetGivesNone) { EXPECT_EQ(window_text(""), "none"); }

TEST(Window, YearAndMonthAreTheWholeMonth) {
  EXPECT_EQ(window_text("year: 2024, month: 02"), "2024-02-01..2024-02-29 ocp.year/month");
  EXPECT_EQ(window_text("year: 2025, month: 12"), "2025-12-01..2025-12-31 ocp.year/month");
}

TEST(Window, DatesAreInclusive) {
  EXPECT_EQ(window_text("start_date: 2025-10-30, end_date: 2025-11-02"), "2025-10-30..2025-11-02 ocp.start_date/end_date");
  EXPECT_EQ(window_text("start_date: 2025-10-30, end_date: 2025-10-30"), "2025-10-30..2025-10-30 ocp.start_date/end_date");
  EXPECT_EQ(window_text(kAllFour), "2025-11-01..2025-11-30 ocp.start_date/end_date");
}

TEST(Window, MonthOptionReplacesAllFourKeys) { EXPECT_EQ(window_text(kAllFour, {.month = "2025-10"}), "2025-10-01..2025-10-31 --month"); }

TEST(Window, FromAndToReplaceAllFourKeys) {
  EXPECT_EQ(window_text(kAllFour, {.from = "2025-09-30", .to = "2025-10-01"}), "2025-09-30..2025-10-01 --from/--to");
}

TEST(Window, ReplacedKeysMayHangOnUnsetVariables) {
  EXPECT_EQ(window_text("year: '${YEAR}', start_date: '${START}'", {.month = "2025-10"}), "2025-10-01..2025-10-31 --month");
  EXPECT_NE(refusal("year: '${YEAR}', month: 1").find("the variable YEAR is not set"), std::string::npos);
}

TEST(Window, YearAndMonthGiveTheMissingEnd) {
  EXPECT_EQ(window_text("year: 2025, month: 11, start_date: 2025-11-10"),
            "2025-11-10..2025-11-30 ocp.start_date/end_date and ocp.year/month");
  EXPECT_EQ(window_text("year: 2025, month: 11, end_date: 2025-11-10"),
            "2025-11-01..2025-11-10 ocp.start_date/end_date and ocp.year/month");
}

TEST(Window, HalfAWindowIsRefused) {
  EXPECT_EQ(
      refusal("start_date: 2025-11-10"),
      "ocp.start_date 2025-11-10 (test.yaml:1) without ocp.end_date: set it, or ocp.year and ocp.month, or give --month or --from/--to");
  EXPECT_NE(refusal("year: 2025, end_date: 2025-11-10").find("ocp.end_date 2025-11-10 (test.yaml:1) without ocp.start_date"),
            std::string::npos);
  EXPECT_EQ(refusal("year: 2025"), "ocp.year 2025 (test.yaml:1) without ocp.month: set it, or give --month or --from/--to");
  EXPECT_EQ(refusal("month: 5"), "ocp.month 5 (test.yaml:1) without ocp.year: set it, or give --month or --from/--to");
  EXPECT_EQ(refusal("", {.from = "2025-11-10"}), "--from without --to: give both, or --month");
  EXPECT_EQ(refusal("", {.to = "2025-11-10"}), "--to without --from: give both, or --month");
}

TEST(Window, DatesOutsideYearOrMonthAreRefusedNamingBoth) {
  EXPECT_EQ(
      refusal("year: 2025, month: 10, start_date: 2025-10-01, end_date: 2025-11-30"),
      "ocp.end_date 2025-11-30 (test.yaml:1) lies outside ocp.month 10 (test.yaml:1): change one of them, or give --month or --from/--to, "
      "which replace all four keys");
  EXPECT_NE(refusal("year: 2024, start_date: 2025-10-01, end_date: 2025-10-02")
                .find("ocp.start_date 2025-10-01 (test.yaml:1) lies outside ocp.year 2024"),
            std::string::npos);
  EXPECT_NE(refusal("year: 2024, month: 10, end_date: 2025-10-02").find("lies outside ocp.year 2024"), std::string::npos);
}

TEST(Window, FirstDayAfterTheLastIsRefused) {
  EXPECT_EQ(refusal("start_date: 2025-11-03, end_date: 2025-11-02"),
            "ocp.start_date 2025-11-03 (test.yaml:1) is after ocp.end_date 2025-11-02 (test.yaml:1)");
  EXPECT_EQ(refusal("", {.from = "2025-11-03", .to = "2025-11-02"}), "--from 2025-11-03 is after --to 2025-11-02");
}

TEST(Window, BadOptionsAreRefused) {
  EXPECT_EQ(refusal("", {.month = "2025-13"}), "--month: expected YYYY-MM, found '2025-13'");
  EXPECT_EQ(refusal("", {.month = "2025-1"}), "--month: expected YYYY-MM, found '2025-1'");
  EXPECT_EQ(refusal("", {.from = "2025-11-31", .to = "2025-12-01"}), "--from: expected a date YYYY-MM-DD, found '2025-11-31'");
  EXPECT_EQ(refusal("", {.month = "2025-11", .from = "2025-11-01", .to = "2025-11-02"}),
            "--month and --from/--to exclude each other: give one of them");
}

}  // namespace
}  // namespace costmill
