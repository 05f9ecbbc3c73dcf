// What lies where a sink reads and writes may be anybody's: links, pipes, and files of other contents.
#include <sqlite3.h>
#include <sys/stat.h>

#include "day_builder.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

const std::string kTable = "reporting_ocpusagelineitem_daily_summary";

class HostileSink : public ::testing::Test {
 protected:
  std::string uri(const std::string& scheme) const {
    return scheme + ":" + (scheme == "sqlite" ? folder_ / "db" : folder_.path()).string();
  }
  void run(const std::string& scheme) const {
    const auto sink = open_sink(uri(scheme), {});
    write(*sink, DayBuilder(kSourceA, kDay).nasty_rows(40, 1).build());
    sink->finish();
  }
  // All that subcommands ask of a sink.
  static void look_at(const std::string& uri) {
    const auto reader = open_sink_reader(uri);
    for (const StoredKey& key : reader->days()) reader->read_day(key);
    reader->records();
    reader->recorded_days(kSourceA, {kDay, kDay});
  }
  // Any answer and any Error will do; what else is thrown, and what crashes, fails the test.
  static void look_at_if_possible(const std::string& uri) {
    try {
      look_at(uri);
    } catch (const Error&) {
    }
  }
  void query(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "db").c_str(), &database), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(database);
  }
  std::string refusal(const std::string& scheme) const {
    std::string message;
    EXPECT_EQ(code_of([&] { look_at(uri(scheme)); }, &message), ErrorCode::kSinkUnavailable);
    EXPECT_EQ(code_of([&] { run(scheme); }), ErrorCode::kSinkUnavailable);
    return message;
  }

  TempFolder folder_;
};

// F16
TEST_F(HostileSink, F16PlantedLinksAreReplacedNotFollowed) {
  const TempFolder elsewhere;
  std::ofstream(elsewhere / "victim") << "keep me";
  for (const char* scheme : {"csv", "parquet"}) {
    run(scheme);
    std::vector<std::string> targets = folder_.files();
    for (const std::string& name : targets) {
      if (name.ends_with(".parquet") || name.ends_with(".csv")) {
        fs::remove(folder_ / name);
        fs::create_symlink(elsewhere / "victim", folder_ / name);
      }
    }
    fs::remove(folder_ / "costmill-state.json");
    fs::create_symlink(elsewhere / "nothing-yet", folder_ / "costmill-state.json");
    if (std::string_view(scheme) == "parquet") {
      run(scheme);
      EXPECT_FALSE(fs::is_symlink(folder_ / "costmill-state.json"));
    } else {
      EXPECT_EQ(code_of([&] { run(scheme); }), ErrorCode::kSinkUnavailable) << "the rows to keep are no table";
    }
    EXPECT_EQ(content_of(elsewhere / "victim"), "keep me");
    EXPECT_FALSE(fs::exists(elsewhere / "nothing-yet"));
    fs::remove_all(folder_.path());
    fs::create_directory(folder_.path());
  }
}

TEST_F(HostileSink, F16NamedPipesAreNotWaitedFor) {
  ASSERT_EQ(::mkfifo((folder_ / "costmill-state.json").c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { run("csv"); }), ErrorCode::kSinkUnavailable);
  fs::remove(folder_ / "costmill-state.json");
  ASSERT_EQ(::mkfifo((folder_ / (kTable + ".csv")).c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { look_at(uri("csv")); }), ErrorCode::kInputUnavailable);
  fs::create_directories(folder_ / (kTable + "/source=" + kSourceA));
  ASSERT_EQ(::mkfifo((folder_ / (kTable + "/source=" + kSourceA + "/2025-10-01.parquet")).c_str(), 0600), 0);
  EXPECT_EQ(code_of([&] { look_at(uri("parquet")); }), ErrorCode::kBadInput);
  ASSERT_EQ(::mkfifo((folder_ / "db").c_str(), 0600), 0);
  code_of([&] { look_at(uri("sqlite")); });
}

TEST_F(HostileSink, StatesOfAnyContentEndInAnErrorOrRecords) {
  run("csv");
  const fs::path state = folder_ / "costmill-state.json";
  const std::string good = content_of(state);
  std::mt19937 random(3);
  const auto look = [&](const std::string& content) {
    std::ofstream(state, std::ios::binary) << content;
    look_at_if_possible(uri("csv"));
  };
  for (int round = 0; round < 200; ++round) {
    std::string changed = good;
    const std::size_t at = random() % good.size();
    if (round % 2 == 0) changed.resize(at);
    if (round % 2 == 1) changed[at] = static_cast<char>(random());
    look(changed);
  }
  for (const char* number :
       {"-1", "1e400", "1e300", "18446744073709551615", "99999999999999999999", "null", "\"x\"", "true", "[]", "0.5"}) {
    for (const char* key : {"\"rows\":", "\"hours_seen\":", "\"bytes\":"}) {
      std::string changed = good;
      const std::size_t at = changed.find(key);
      ASSERT_NE(at, std::string::npos);
      const std::size_t value = at + std::string_view(key).size();
      changed.replace(value, changed.find_first_of(",}", value) - value, number);
      look(changed);
    }
  }
  look(std::string(1'000'000, '['));
  look(R"({"format":"costmill-state","version":2,"sink":"csv","days":)" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}");
}

TEST_F(HostileSink, TablesOfAnyBytesEndInAnErrorOrRows) {
  for (const char* scheme : {"csv", "parquet", "sqlite"}) {
    run(scheme);
    std::string table;
    for (const std::string& name : folder_.files()) {
      if (name.ends_with("2025-10-01.parquet") || name.ends_with(".csv") || name == "db") table = name;
    }
    const std::string good = content_of(folder_ / table);
    std::mt19937 random(5);
    for (int round = 0; round < 80; ++round) {
      std::string changed = good;
      if (round % 4 == 0) {
        changed.resize(random() % good.size());
      } else {
        for (int flips = 1 + round % 3; flips > 0; --flips) changed[random() % good.size()] = static_cast<char>(random());
      }
      std::ofstream(folder_ / table, std::ios::binary) << changed;
      look_at_if_possible(uri(scheme));
    }
    fs::remove_all(folder_.path());
    fs::create_directory(folder_.path());
  }
}

TEST_F(HostileSink, AViewThatNeverEndsIsNoTable) {
  run("sqlite");
  query("ALTER TABLE " + kTable + " RENAME TO old; CREATE VIEW " + kTable +
        " AS WITH RECURSIVE endless AS (SELECT * FROM old UNION ALL SELECT * FROM endless) SELECT * FROM endless");
  EXPECT_NE(refusal("sqlite").find("another form"), std::string::npos);
}

TEST_F(HostileSink, ATriggerIsNotFired) {
  run("sqlite");
  query("CREATE TRIGGER t AFTER INSERT ON " + kTable + " BEGIN DELETE FROM costmill_days; END");
  EXPECT_NE(refusal("sqlite").find("another form"), std::string::npos);
}

TEST_F(HostileSink, NumbersInADatabaseAreNumbers) {
  for (const char* number : {"'nan'", "'inf'", "'-1e400'", "'1 2'", "x'00ff'", "'1' || char(27) || '[2J'"}) {
    run("sqlite");
    query("UPDATE " + kTable + " SET pod_usage_cpu_core_hours = " + number + " WHERE rowid = 7");
    std::string message;
    EXPECT_EQ(code_of([&] { look_at(uri("sqlite")); }, &message), ErrorCode::kSinkUnavailable) << number;
    EXPECT_NE(message.find("pod_usage_cpu_core_hours"), std::string::npos) << message;
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace costmill
