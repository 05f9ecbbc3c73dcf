#include <gtest/gtest.h>

#include <set>

#include "costmill/error.h"
#include "tenant/partitions.h"
#include "tenant/quoting.h"
#include "tenant/state_schema.h"
#include "tenant/summary_table.h"

namespace costmill {
namespace {

TEST(Quoting, QuotesAreDoubled) {
  EXPECT_EQ(quoted_name("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
  EXPECT_EQ(quoted_literal("it's"), "'it''s'");
}

TEST(Quoting, ABackslashStaysOneWhateverTheServersSetting) { EXPECT_EQ(quoted_literal("a\\'b"), "E'a\\\\''b'"); }

TEST(Partitions, AreNamedAsKokuNamesThem) {
  EXPECT_EQ(partition_statement("org1", {2025, 12}),
            "CREATE TABLE \"org1\".\"reporting_ocpusagelineitem_daily_summary_2025_12\" PARTITION OF "
            "\"org1\".\"reporting_ocpusagelineitem_daily_summary\" FOR VALUES FROM ('2025-12-01') TO ('2026-01-01')");
}

TEST(SummaryTable, WiderColumnsHoldWhatNarrowerOnesDo) {
  const ColumnDef node{"node", ColumnKind::kText, 253};
  for (const char* type : {"character varying(253)", "character varying(254)", "character varying", "text"})
    EXPECT_TRUE(can_hold(type, node)) << type;
  for (const char* type : {"character varying(252)", "character varying(63)", "character(253)", "jsonb"})
    EXPECT_FALSE(can_hold(type, node)) << type;
  const ColumnDef hours{"hours", ColumnKind::kNumber, 0};
  EXPECT_TRUE(can_hold("numeric", hours));
  for (const char* type : {"numeric(33,14)", "double precision"}) EXPECT_FALSE(can_hold(type, hours)) << type;
  EXPECT_FALSE(can_hold("bigint", {"id", ColumnKind::kInteger, 0}));
}

TEST(SummaryTable, NamesOfIndexesAreNotCutByTheServer) {
  constexpr std::size_t kMostBytes = 63;
  std::set<std::string> names;
  for (const std::string& statement : summary_table_statements("org1")) {
    if (!statement.starts_with("CREATE INDEX \"")) continue;
    const std::string name = statement.substr(14, statement.find('"', 14) - 14);
    EXPECT_LE(name.size(), kMostBytes) << name;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), 9U);
}

TEST(StateSchema, AnUpToDateOneNeedsNothing) {
  EXPECT_FALSE(state_schema_upgrade(0).empty());
  EXPECT_TRUE(state_schema_upgrade(kStateSchemaVersion).empty());
}

TEST(StateSchema, EachUpgradeEndsWithItsVersion) {
  for (int version = 0; version < kStateSchemaVersion; ++version) {
    const std::vector<std::string> statements = state_schema_upgrade(version);
    EXPECT_NE(statements.back().find("costmill.schema_version"), std::string::npos);
    EXPECT_NE(statements.back().find(std::to_string(kStateSchemaVersion)), std::string::npos);
  }
}

TEST(StateSchema, ALaterOneIsRefused) {
  try {
    (void)state_schema_upgrade(kStateSchemaVersion + 1);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kConflict);
    EXPECT_NE(std::string_view(error.what()).find("upgrade the program"), std::string_view::npos) << error.what();
  }
}

}  // namespace
}  // namespace costmill
