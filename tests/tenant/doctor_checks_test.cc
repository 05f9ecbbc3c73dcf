#include "tenant/doctor_checks.h"

#include <gtest/gtest.h>

#include "summary/columns.h"
#include "tenant/summary_table.h"

namespace costmill {
namespace {

std::map<std::string, ColumnFound> expected_columns() {
  std::map<std::string, ColumnFound> columns = {{"uuid", {"uuid", true}}};
  for (const ColumnDef& def : kColumns) columns[std::string(def.name)] = {sql_type(def), def.kind == ColumnKind::kDate};
  return columns;
}

TEST(Doctor, ServersFrom13OnAreGood) {
  EXPECT_EQ(check_server_version(130000).verdict, Verdict::kGood);
  EXPECT_EQ(check_server_version(180001).what, "PostgreSQL 18.1");
  EXPECT_EQ(check_server_version(120020).verdict, Verdict::kProblem);
  EXPECT_NE(check_server_version(90624).what.find("9.6.24"), std::string::npos);
}

TEST(Doctor, ClocksMayDifferByHalfAMinute) {
  for (const double seconds : {0.0, 30.0, -30.0}) EXPECT_EQ(check_clock(seconds).verdict, Verdict::kGood) << seconds;
  for (const double seconds : {31.0, -31.0, 3600.0, -3600.0}) EXPECT_EQ(check_clock(seconds).verdict, Verdict::kWarning) << seconds;
  for (const double seconds : {3601.0, -86400.0}) EXPECT_EQ(check_clock(seconds).verdict, Verdict::kProblem) << seconds;
  EXPECT_NE(check_clock(60).what.find("60 s ahead of"), std::string::npos);
  EXPECT_NE(check_clock(-60).what.find("60 s behind"), std::string::npos);
}

TEST(Doctor, TheExpectedColumnsAreOneGoodFinding) {
  const Findings findings = check_columns(expected_columns());
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().verdict, Verdict::kGood);
}

TEST(Doctor, EveryColumnIsMissed) {
  for (const auto& [name, column] : expected_columns()) {
    auto found = expected_columns();
    found.erase(name);
    const Findings findings = check_columns(found);
    ASSERT_EQ(findings.size(), 1U) << name;
    EXPECT_EQ(findings.front().verdict, Verdict::kProblem);
    EXPECT_NE(findings.front().what.find("column " + name + " ("), std::string::npos) << findings.front().what;
    EXPECT_FALSE(findings.front().advice.empty());
  }
}

TEST(Doctor, AColumnThatMustBeSetAndIsNotFilledIsAProblem) {
  auto found = expected_columns();
  found["tier"] = {"text", true};
  found["note"] = {"text", false};
  const Findings findings = check_columns(found);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_NE(findings.front().what.find("tier"), std::string::npos);
}

}  // namespace
}  // namespace costmill
