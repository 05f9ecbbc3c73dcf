// The sink postgresql:// against the server that tests/tools/with_postgres.py starts.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "../sink/day_builder.h"
#include "sink/json_text.h"

namespace costmill {
namespace {

const Day kDay = make_day(2025, 10, 15);

std::string server_uri() {
  const char* const uri = std::getenv("COSTMILL_TEST_POSTGRES");
  if (uri == nullptr) throw std::runtime_error("COSTMILL_TEST_POSTGRES is not set: run this through tests/tools/with_postgres.py");
  return uri;
}

std::string labels(std::mt19937& random, std::size_t keys) {
  std::map<std::string, std::string> map;
  for (std::size_t i = 0; i < keys; ++i) map[nasty_text(random) + std::to_string(random() % (keys + 1))] = nasty_text(random);
  return nlohmann::json(map).dump(-1, ' ', false);
}

DayBuilder nasty_day(std::size_t rows, unsigned seed, std::size_t most_keys = 4) {
  DayBuilder builder(kSourceA, kDay);
  builder.identity([](ClusterIdentity& identity) { identity.report_period_id.reset(); });
  std::mt19937 random(seed);
  builder.fill(rows, [&](SummaryRow& row, Texts& texts) {
    const double numbers[] = {kNullNumber, 0.0, -0.0, 1, -76.80000000000001, 5e-16, 1e17, 3.225806451612903, 0.1, 1e-300, 123456.789};
    row.data_source = random() % 2 == 0 ? DataSource::kPod : DataSource::kStorage;
    row.has_infrastructure_usage_cost = random() % 3 != 0;
    for (TextId* id :
         {&row.namespace_name, &row.node, &row.resource_id, &row.persistentvolumeclaim, &row.persistentvolume, &row.storageclass}) {
      if (random() % 5 != 0) *id = texts.intern(nasty_text(random));
    }
    for (TextId* id : {&row.pod_labels, &row.volume_labels, &row.all_labels}) {
      if (random() % 5 != 0) *id = texts.intern(labels(random, random() % (most_keys + 1)));
    }
    for (double& number : row.numbers) number = random() % 2 == 0 ? numbers[random() % std::size(numbers)] : std::ldexp(random(), -20);
  });
  return builder;
}

// As the reader gives them: JSON canonical.
std::vector<StoredRow> expected_rows(const DayRows& day) {
  std::vector<StoredRow> rows = stored_rows(day);
  for (StoredRow& row : rows) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      if (kColumns[c].kind == ColumnKind::kJson && row[c]) row[c] = canonical_json(*row[c]);
    }
  }
  std::sort(rows.begin(), rows.end(), [](const StoredRow& left, const StoredRow& right) { return compare_canonical(left, right) < 0; });
  return rows;
}

// As EXPECT_EQ, without printing megabytes.
void expect_equal(const std::vector<StoredRow>& got, const std::vector<StoredRow>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t r = 0; r < got.size(); ++r) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const std::string left = got[r][c].value_or("NULL").substr(0, 200);
      const std::string right = expected[r][c].value_or("NULL").substr(0, 200);
      ASSERT_TRUE(got[r][c] == expected[r][c]) << "row " << r << " " << kColumns[c].name << ": " << left << " instead of " << right;
    }
  }
}

class PostgresSinks : public ::testing::Test {
 protected:
  static PostgresSettings settings() { return {.schema = "org1234567"}; }
  static std::unique_ptr<Sink> open(PostgresSinkOptions options = {}, Commit commit = Commit::kEachDay) {
    options.settings = settings();
    return open_sink(server_uri(), {.commit = commit, .postgres = options});
  }
  static std::vector<StoredRow> read(Day day = kDay) { return open_sink_reader(server_uri(), settings())->read_day({kSourceA, day}); }
  static void replace(const DayRows& day, const PostgresSinkOptions& options = {}) {
    const auto sink = open(options);
    write(*sink, day);
    sink->finish();
  }
};

// F14: by COPY, and by INSERT.
TEST_F(PostgresSinks, F14TenThousandNastyRowsComeBackExactly) {
  const DayRows day = nasty_day(10'000, 1).build();
  for (const bool bulk_copy : {true, false}) {
    replace(day, {.bulk_copy = bulk_copy, .validated_rows = 500});
    expect_equal(read(), expected_rows(day));
  }
}

TEST_F(PostgresSinks, F13LabelsOfTenThousandKeysComeBack) {
  const DayRows day = nasty_day(3, 2, 10'000).build();
  replace(day);
  expect_equal(read(), expected_rows(day));
}

TEST_F(PostgresSinks, ADayIsReplacedAndMayBecomeEmpty) {
  const auto next_day = [](unsigned seed) {
    DayRows day = nasty_day(20, seed).build();
    day.day = kDay.next();
    return day;
  };
  const DayRows next = next_day(4);
  replace(nasty_day(50, 3).build());
  replace(next);
  replace(nasty_day(7, 5).build());
  EXPECT_EQ(read().size(), 7U);
  expect_equal(read(kDay.next()), expected_rows(next));
  DayRows empty = nasty_day(0, 6).build();
  replace(empty);
  EXPECT_TRUE(read().empty());
  EXPECT_EQ(read(kDay.next()).size(), 20U);
}

TEST_F(PostgresSinks, WhatCannotBeStoredLeavesTheOldDay) {
  const DayRows old = nasty_day(9, 7).build();
  replace(old);
  DayRows nul = nasty_day(3, 8).build();
  nul.rows[1].node = nul.texts.intern(std::string_view("a\0b", 3));
  DayRows escaped_nul = nasty_day(3, 9).build();
  escaped_nul.rows[1].pod_labels = escaped_nul.texts.intern(R"({"a":"\u0000"})");
  DayRows large = nasty_day(3, 10).build();
  large.rows[1].numbers[0] = 1e18;
  DayRows long_text = nasty_day(3, 11).build();
  long_text.rows[1].node = long_text.texts.intern(std::string(254, 'n'));
  for (const bool bulk_copy : {true, false}) {
    for (const DayRows* bad : {&nul, &escaped_nul, &large, &long_text}) {
      EXPECT_EQ(code_of([&] { replace(*bad, {.bulk_copy = bulk_copy}); }), ErrorCode::kBadInput);
      expect_equal(read(), expected_rows(old));
    }
  }
}

TEST_F(PostgresSinks, TheRecordIsCommittedWithTheDay) {
  const DayRows day = nasty_day(5, 12).build();
  replace(day);
  const std::vector<DayRecord> records = open_sink_reader(server_uri(), settings())->records();
  const auto found = std::find_if(records.begin(), records.end(), [](const DayRecord& record) { return record.day == kDay; });
  ASSERT_NE(found, records.end());
  EXPECT_EQ(*found, record_of(day));
}

TEST_F(PostgresSinks, ARunThatIsOneTransactionIsSeenAtItsEnd) {
  replace(nasty_day(4, 13).build());
  const DayRows day = nasty_day(6, 14).build();
  {
    const auto sink = open({}, Commit::kWholeRun);
    write(*sink, day);
    EXPECT_EQ(read().size(), 4U);
    sink->finish();
  }
  EXPECT_EQ(read().size(), 6U);
  {
    const auto sink = open({}, Commit::kWholeRun);
    write(*sink, nasty_day(8, 15).build());
  }
  EXPECT_EQ(read().size(), 6U);
}

TEST_F(PostgresSinks, DaysOfManyConnectionsAreAllThere) {
  constexpr int kDays = 16;
  std::vector<DayRows> days;
  for (int offset = 0; offset < kDays; ++offset) {
    days.push_back(nasty_day(200, 20U + static_cast<unsigned>(offset)).build());
    days.back().day = Day{make_day(2025, 10, 1).number + offset};
  }
  for (const int connections : {1, 3, 8}) {
    const auto sink = open({.connections = connections});
    for (const DayRows& day : days) write(*sink, day);
    sink->finish();
    EXPECT_EQ(sink->figures().rows, 200U * kDays);
    EXPECT_LE(sink->figures().connections, connections);
    for (const DayRows& day : days) expect_equal(read(day.day), expected_rows(day));
  }
}

TEST_F(PostgresSinks, DaysBehindAFailureAreNotWritten) {
  std::vector<DayRows> days;
  for (int offset = 0; offset < 6; ++offset) {
    days.push_back(nasty_day(50, 40U + static_cast<unsigned>(offset)).build());
    days.back().day = Day{make_day(2025, 10, 20).number + offset};
  }
  days[2].rows[0].numbers[0] = 1e18;
  const auto write_all = [&] {
    const auto sink = open({.connections = 4});
    for (const DayRows& day : days) write(*sink, day);
    sink->finish();
  };
  std::string message;
  EXPECT_EQ(code_of(write_all, &message), ErrorCode::kBadInput);
  EXPECT_NE(message.find("2025-10-22"), std::string::npos) << message;
  for (int offset = 0; offset < 6; ++offset) EXPECT_EQ(read(days[offset].day).size(), offset < 2 ? 50U : 0U) << offset;
}

TEST_F(PostgresSinks, ASchemaThatIsNotThereIsNamed) {
  std::string message;
  const auto open_other = [&] { open_sink(server_uri(), {.postgres = {.settings = {.schema = "org7"}}}); };
  EXPECT_EQ(code_of(open_other, &message), ErrorCode::kSinkUnavailable);
  EXPECT_NE(message.find("org7"), std::string::npos) << message;
  EXPECT_NE(message.find("init-db"), std::string::npos) << message;
}

}  // namespace
}  // namespace costmill
