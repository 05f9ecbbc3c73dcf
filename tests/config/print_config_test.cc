#include "config/print_config.h"

#include "config/secrets.h"
#include "config_under_test.h"

namespace costmill {
namespace {

std::string printed(const CommandLine& command_line, const Environment& environment = {}, const std::string& yaml = "") {
  Settings settings = load_settings(command_line, environment);
  read_yaml_text(yaml, "test.yaml", environment, settings);
  return printed_config(settings, command_line);
}

bool has_line(const std::string& text, const std::string& code, const std::string& comment) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(code + " ") && line.ends_with(" # " + comment)) return true;
  }
  return false;
}

TEST(PrintConfig, ShowsEveryKeyWithItsOrigin) {
  const std::string text = printed({.sets = {"run.full=yes"}}, {{"COSTMILL_RUN_STRICT", "on"}}, "run:\n  layout: poc\n");
  EXPECT_TRUE(has_line(text, "  full: yes", "--set")) << text;
  EXPECT_TRUE(has_line(text, "  strict: on", "environment variable COSTMILL_RUN_STRICT"));
  EXPECT_TRUE(has_line(text, "  layout: poc", "test.yaml:2"));
  EXPECT_TRUE(has_line(text, "  numeric: decimal", "default"));
  for (const KeyDef& def : all_keys()) {
    const std::string last_part(def.name.substr(def.name.rfind('.') + 1));
    EXPECT_NE(text.find(" " + last_part + ":"), std::string::npos) << def.dotted();
  }
}

TEST(PrintConfig, IsYamlThatGivesTheSameConfig) {
  const std::string yaml =
      "ocp: {cluster_alias: \"it's: #1 \\\"x\\\" $${Y} \\e[31m\", parquet_path_pod: 'data/${ORG_ID}/{year}/*', year: 2025, month: 08}\n"
      "labels: {enabled_keys: [app, 'a b', \"c,d\", '$${x}']}\n"
      "clusters: [{provider_uuid: " +
      std::string(kUuidA) + ", cluster_alias: prod}, {provider_uuid: " + kUuidB +
      "}]\n"
      "cost: {distribution: {method: memory, weights: {gcp: {cpu_weight: 0.5}}}}\n";
  const std::string text = printed({}, {}, yaml);
  const Settings again = settings_of(text);
  const Settings first = settings_of(yaml);
  for (const auto& [dotted, setting] : first.values.all()) {
    EXPECT_EQ(again.values.find(dotted)->text, setting.text) << dotted;
    EXPECT_EQ(again.values.find(dotted)->items, setting.items) << dotted;
  }
  ASSERT_EQ(again.clusters.size(), 2U);
  EXPECT_EQ(again.clusters[0].text("ocp.cluster_alias"), "prod");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(PrintConfig, MasksSecretsAlsoInsideUris) {
  const std::string text =
      printed({}, {{"COSTMILL_POSTGRESQL_PASSWORD", "hunter2"}},
              "s3: {secret_key: hunter2, access_key: hunter2}\n"
              "run: {sink: 'postgresql://u:hunter2@h/d', reference: 'postgresql://h/d?user=u&password=hunter2&x=1'}\n");
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_NE(text.find("postgresql://u:********@h/d"), std::string::npos);
}

TEST(PrintConfig, MasksTheWholeUserOfAGateway) {
  for (const char* url : {"http://hunter2@127.0.0.1:1", "hunter2@h:1", "http://u:hunter2@h"}) {
    const std::string text = printed_config(settings_of(std::string("metrics: {push_url: '") + url + "'}"), {});
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  }
}

TEST(PrintConfig, ShowsWhatInputAndSinkFallBackTo) {
  EXPECT_TRUE(has_line(printed({}), "  sink: sqlite:costmill.db", "default"));
  EXPECT_TRUE(has_line(printed({}, {}, "s3: {bucket: b}"), "  input: s3://b", "the section s3"));
  EXPECT_TRUE(has_line(printed({}, {}, "postgresql: {host: h, user: '${U}'}"), "  sink:", "default"));
}

TEST(PrintConfig, SaysWhichOptionsReplaceKeys) {
  EXPECT_NE(printed({.month = "2025-10"}).find("# --month '2025-10': replaces ocp.year, month, start_date and end_date"),
            std::string::npos);
}

}  // namespace
}  // namespace costmill
