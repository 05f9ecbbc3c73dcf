#include "config/load.h"

#include <filesystem>
#include <fstream>

#include "config_under_test.h"

namespace costmill {
namespace {

// A folder of its own as the current one, so that ./costmill.yaml is under control.
class Load : public testing::Test {
 protected:
  void SetUp() override {
    before_ = std::filesystem::current_path();
    folder_ = std::filesystem::temp_directory_path() / ("costmill_load_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    std::filesystem::current_path(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  static void write(const std::string& name, const std::string& text) { std::ofstream(name) << text; }

 private:
  std::filesystem::path before_;
  std::filesystem::path folder_;
};

std::string loading(const CommandLine& command_line, const Environment& environment = {}) {
  return bad_config_message([&] { load_settings(command_line, environment); });
}

TEST_F(Load, F39EachLevelWinsOverTheOnesBelow) {
  write("c.yaml", "performance: {chunk_size: 2}\nrun: {sink: 'csv:file'}\n");
  struct Case {
    bool in_file, in_environment, on_command_line;
    std::int64_t value;
    std::string origin;
  };
  const Case cases[] = {{false, false, false, 50000, "default"},
                        {true, false, false, 2, "c.yaml:1"},
                        {false, true, false, 3, "environment variable COSTMILL_PERFORMANCE_CHUNK_SIZE"},
                        {true, true, false, 3, "environment variable COSTMILL_PERFORMANCE_CHUNK_SIZE"},
                        {false, false, true, 4, "--set"},
                        {true, false, true, 4, "--set"},
                        {false, true, true, 4, "--set"},
                        {true, true, true, 4, "--set"}};
  for (const Case& c : cases) {
    CommandLine command_line;
    Environment environment;
    if (c.in_file) command_line.config_file = "c.yaml";
    if (c.in_environment) environment["COSTMILL_PERFORMANCE_CHUNK_SIZE"] = "3";
    if (c.on_command_line) command_line.sets = {"performance.chunk_size=4"};
    const Settings settings = load_settings(command_line, environment);
    EXPECT_EQ(settings.values.integer("performance.chunk_size"), c.value);
    EXPECT_EQ(settings.values.origin_of("performance.chunk_size").describe(), c.origin);
  }
}

TEST_F(Load, OptionWinsOverSetAndTheLastSetWins) {
  const Settings settings = load_settings(
      {.sets = {"run.sink=csv:a", "sink=csv:b", "run.layout=poc", "layout=koku"}, .options = {{"run.sink", "csv:c", "--sink"}}}, {});
  EXPECT_EQ(settings.values.text("run.sink"), "csv:c");
  EXPECT_EQ(settings.values.origin_of("run.sink").describe(), "--sink");
  EXPECT_EQ(settings.values.text("run.layout"), "koku");
}

TEST_F(Load, FileInTheCurrentFolderIsReadUnlessAnotherIsGiven) {
  write("costmill.yaml", "run: {full: true}\n");
  write("other.yaml", "run: {strict: true}\n");
  const Settings found = load_settings({}, {});
  EXPECT_EQ(found.file, "costmill.yaml");
  EXPECT_EQ(found.values.boolean("run.full"), true);
  const Settings given = load_settings({.config_file = "other.yaml"}, {});
  EXPECT_EQ(given.values.boolean("run.full"), false);
  EXPECT_EQ(given.values.boolean("run.strict"), true);
}

TEST_F(Load, NoFileIsNoError) { EXPECT_EQ(load_settings({}, {}).file, ""); }

TEST_F(Load, GivenFileMustExist) {
  EXPECT_EQ(loading({.config_file = "missing.yaml"}), "cannot read the config file 'missing.yaml': No such file or directory");
}

TEST_F(Load, EveryKeyHasAVariable) {
  for (const KeyDef& def : all_keys()) {
    if (def.type != KeyType::kText) continue;
    const Settings settings = load_settings({}, {{def.variable_name(), "file:x"}});
    EXPECT_EQ(settings.values.text(def.dotted()), "file:x") << def.variable_name();
  }
  const Settings nested = load_settings({}, {{"COSTMILL_COST_DISTRIBUTION_WEIGHTS_AWS_CPU_WEIGHT", "0.5"}});
  EXPECT_EQ(nested.values.text("cost.distribution.weights.aws.cpu_weight"), "0.5");
}

TEST_F(Load, F39VariableOfTheWrongTypeIsNamed) {
  EXPECT_EQ(loading({}, {{"COSTMILL_RUN_FULL", "maybe"}}),
            "environment variable COSTMILL_RUN_FULL: run.full: expected true or false, found 'maybe'");
}

TEST_F(Load, EmptyVariableCountsAsUnset) {
  write("costmill.yaml", "run: {sink: 'csv:file'}\n");
  EXPECT_EQ(load_settings({}, {{"COSTMILL_RUN_SINK", ""}}).values.text("run.sink"), "csv:file");
}

TEST_F(Load, EmptySetGivesTheDefaultBack) {
  write("costmill.yaml", "run: {sink: 'csv:file'}\nperformance: {chunk_size: 7}\n");
  const Settings settings = load_settings({.sets = {"run.sink=", "chunk_size="}}, {});
  EXPECT_EQ(settings.values.text("run.sink"), std::nullopt);
  EXPECT_EQ(settings.values.integer("performance.chunk_size"), 50000);
}

TEST_F(Load, MistypedVariableIsAWarningAndForeignOnesAreSilent) {
  const Settings settings =
      load_settings({}, {{"COSTMILL_RUN_SNIK", "csv:x"}, {"COSTMILL_WEB_SERVICE_HOST", "10.0.0.1"}, {"HOME", "/root"}});
  ASSERT_EQ(settings.warnings.size(), 1U);
  EXPECT_EQ(settings.warnings[0], "environment variable COSTMILL_RUN_SNIK is no key and is ignored; did you mean COSTMILL_RUN_SINK?");
}

TEST_F(Load, UnknownSetGetsASuggestion) {
  EXPECT_EQ(loading({.sets = {"performance.max_worker=3"}}),
            "--set: unknown key 'performance.max_worker'; did you mean 'performance.max_workers'?");
  EXPECT_EQ(loading({.sets = {"max_worker=3"}}), "--set: unknown key 'max_worker'; did you mean 'performance.max_workers'?");
  EXPECT_EQ(loading({.sets = {"zzzzzzzz=3"}}), "--set: unknown key 'zzzzzzzz'");
}

TEST_F(Load, AmbiguousBareKeyListsTheKeys) {
  EXPECT_EQ(loading({.sets = {"provider_uuid=x"}}),
            "--set: 'provider_uuid' is the name of several keys: ocp.provider_uuid, aws.provider_uuid; write which");
}

TEST_F(Load, SetNeedsAnEqualsSignAndDoesNotEchoItsText) {
  const std::string message = loading({.sets = {"s3.secret_key:hunter2"}});
  EXPECT_EQ(message, "--set: expected SECTION.KEY=VALUE, e.g. --set performance.max_workers=auto");
}

TEST_F(Load, ListsFromTheCommandLineAndTheEnvironment) {
  const std::vector<std::string> expected{"app", "team"};
  EXPECT_EQ(load_settings({.sets = {"labels.enabled_keys=[app, team]"}}, {}).values.list("labels.enabled_keys"), expected);
  EXPECT_EQ(load_settings({}, {{"COSTMILL_LABELS_ENABLED_KEYS", "app,team"}}).values.list("labels.enabled_keys"), expected);
}

TEST_F(Load, ASecretBehindAnOptionIsRefusedInItsName) {
  const std::string option = loading({.options = {{"run.sink", "postgresql://koku:hunter2@db/koku", "--sink"}}});
  EXPECT_EQ(option.find("hunter2"), std::string::npos);
  EXPECT_EQ(option.rfind("--sink: postgresql://koku:********@db/koku holds a password", 0), 0U) << option;
}

TEST_F(Load, SecretsInFileAndEnvironmentAreTaken) {
  write("costmill.yaml", "postgresql: {password: '${PW}'}\n");
  EXPECT_EQ(load_settings({}, {{"PW", "hunter2"}}).values.text("postgresql.password"), "hunter2");
  EXPECT_EQ(load_settings({}, {{"COSTMILL_S3_SECRET_KEY", "hunter2"}}).values.text("s3.secret_key"), "hunter2");
}

}  // namespace
}  // namespace costmill
