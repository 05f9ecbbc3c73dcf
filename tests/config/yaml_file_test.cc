#include "config/yaml_file.h"

#include <filesystem>

#include "config_under_test.h"

namespace costmill {
namespace {

using testing::Test;

std::string reading(const std::string& yaml, const Environment& environment = {}) {
  return bad_config_message([&] { settings_of(yaml, environment); });
}

TEST(YamlFile, F39UnknownKeyIsNamedWithItsLineAndTheNearest) {
  EXPECT_EQ(reading("performance:\n  max_workers: 2\n  chunk_sise: 7\n"),
            "test.yaml:3: unknown key 'chunk_sise' in section 'performance'; did you mean 'chunk_size'?");
}

TEST(YamlFile, F39UnknownSectionIsNamedWithItsLineAndTheNearest) {
  EXPECT_EQ(reading("\nperformence: {chunk_size: 7}\n"), "test.yaml:2: unknown section 'performence'; did you mean 'performance'?");
}

TEST(YamlFile, KeyInTheWrongPlaceIsSentToItsSection) {
  EXPECT_EQ(reading("chunk_size: 7\n"), "test.yaml:1: unknown section 'chunk_size'; it belongs into section 'performance'");
  EXPECT_EQ(reading("run:\n  chunk_size: 7\n"),
            "test.yaml:2: unknown key 'chunk_size' in section 'run'; it belongs into section 'performance'");
}

TEST(YamlFile, UnknownNestedKeyIsNamedWithItsLineAndTheNearest) {
  EXPECT_EQ(reading("cost:\n  distribution:\n    weights:\n      gcp:\n        cpu_wieght: 1\n"),
            "test.yaml:5: unknown key 'cpu_wieght' in section 'cost.distribution.weights.gcp'; did you mean 'cpu_weight'?");
  EXPECT_EQ(reading("cost:\n  distribution:\n    weights: {aws: {}, azurre: {}}\n"),
            "test.yaml:3: unknown key 'azurre' in section 'cost.distribution.weights'; did you mean 'azure'?");
}

TEST(YamlFile, NestedKeysAreNoDottedNames) { EXPECT_NE(reading("cost:\n  distribution.method: cpu\n"), ""); }

TEST(YamlFile, F39WrongTypeSaysLineExpectationAndFinding) {
  EXPECT_EQ(reading("performance:\n  chunk_size: many\n"),
            "test.yaml:2: performance.chunk_size: expected an integer from 1 to 1000000000000, found 'many'");
  EXPECT_EQ(reading("run:\n  full: 1\n"), "test.yaml:2: run.full: expected true or false, found '1'");
  EXPECT_EQ(reading("run: {layout: kokoo}\n"), "test.yaml:1: run.layout: expected one of koku, poc, found 'kokoo'");
  EXPECT_EQ(reading("ocp:\n  start_date: 2025-02-30\n"), "test.yaml:2: ocp.start_date: expected a date YYYY-MM-DD, found '2025-02-30'");
  EXPECT_EQ(reading("performance:\n  use_streaming: sometimes\n"),
            "test.yaml:2: performance.use_streaming: expected true, false or auto, found 'sometimes'");
  EXPECT_EQ(reading("performance:\n  chunk_size: [1]\n"), "test.yaml:2: performance.chunk_size: expected a single value, found a list");
  EXPECT_EQ(reading("labels:\n  enabled_keys: {app: true}\n"), "test.yaml:2: labels.enabled_keys: expected a list, found a map");
  EXPECT_EQ(reading("labels:\n  enabled_keys:\n    - app\n    - [x]\n"),
            "test.yaml:4: labels.enabled_keys: expected a text as item of the list, found a list");
}

TEST(YamlFile, ValuesOutOfRangeSayTheRange) {
  EXPECT_EQ(reading("performance: {chunk_size: 0}\n"),
            "test.yaml:1: performance.chunk_size: expected an integer from 1 to 1000000000000, found '0'");
  EXPECT_EQ(reading("performance: {max_workers: 257}\n"),
            "test.yaml:1: performance.max_workers: expected an integer from 1 to 256, or auto, found '257'");
  EXPECT_EQ(reading("performance: {parallel_readers: 0}\n"),
            "test.yaml:1: performance.parallel_readers: expected an integer from 1 to 256, found '0'");
  EXPECT_EQ(reading("performance: {memory_limit: 15MiB}\n"),
            "test.yaml:1: performance.memory_limit: expected a size such as 256MiB or 1GB, at least 16MiB, or auto, found '15MiB'");
  EXPECT_EQ(reading("performance: {memory_limit: 16MiB}\n"), "");
  EXPECT_EQ(reading("ocp: {month: 13}\n"), "test.yaml:1: ocp.month: expected an integer from 1 to 12, found '13'");
}

TEST(YamlFile, UnsafeOrganisationAndUuidAreRefused) {
  EXPECT_EQ(reading("organization: {org_id: ../etc}\n"),
            "test.yaml:1: organization.org_id: expected letters, digits, '_' and '-' only, as it becomes part of a path, found '../etc'");
  EXPECT_NE(reading("ocp: {provider_uuid: my-cluster}\n").find("ocp.provider_uuid: expected a UUID"), std::string::npos);
}

TEST(YamlFile, TemplateMayNotLeaveTheRootOrNameTheUnknown) {
  EXPECT_EQ(reading("ocp: {parquet_path_pod: 'data/{provider}/x'}\n"),
            "test.yaml:1: ocp.parquet_path_pod: expected a path with {org_id}, {provider_uuid}, {year}, {month}, found '{provider}'");
  EXPECT_EQ(reading("ocp: {parquet_path_pod: 'data/../../x'}\n"),
            "test.yaml:1: ocp.parquet_path_pod: expected a path below the input's root, found '..' in 'data/../../x'");
  EXPECT_EQ(reading("ocp: {parquet_path_pod: 'data..x/{year}/*'}\n"), "");
}

TEST(YamlFile, F39DuplicateKeyIsNamedWithBothLines) {
  EXPECT_EQ(reading("run:\n  full: true\n  full: false\n"), "test.yaml:3: duplicate key 'full', already in line 2; remove one of them");
  EXPECT_EQ(reading("run: {full: true}\nocp:\nrun: {strict: true}\n"),
            "test.yaml:3: duplicate key 'run', already in line 1; remove one of them");
}

TEST(YamlFile, WhatIsNoMapIsRefused) {
  EXPECT_EQ(reading("- a\n- b\n"), "test.yaml:1: expected a map of sections, found a list");
  EXPECT_EQ(reading("just text\n"), "test.yaml:1: expected a map of sections, found a single value");
  EXPECT_EQ(reading("run: fast\n"), "test.yaml:1: section 'run': expected a map of keys, found a single value");
  EXPECT_EQ(reading("cost:\n  distribution: cpu\n"), "test.yaml:2: cost.distribution: expected a map of keys, found a single value");
  EXPECT_EQ(reading("clusters: {a: b}\n"), "test.yaml:1: clusters: expected a list of maps, found a map");
  EXPECT_EQ(reading("clusters:\n  - prod\n"), "test.yaml:2: clusters: expected a map with the keys of 'ocp', found a single value");
  EXPECT_EQ(reading("? [a]\n: b\n"), "test.yaml:1: expected the name of a key, found a list");
}

TEST(YamlFile, BrokenYamlIsNamedWithItsLine) {
  EXPECT_EQ(reading("run:\n  full: [true\nocp: {\n").rfind("test.yaml:", 0), 0U);
  EXPECT_NE(reading("run:\n\tfull: true\n").find("not valid YAML"), std::string::npos);
  EXPECT_NE(reading("run: *nowhere\n").find("test.yaml:1: not valid YAML"), std::string::npos);
  EXPECT_NE(reading("run: {full: true}\n---\nrun: {full: true}\n").find("expected one YAML document"), std::string::npos);
}

TEST(YamlFile, DocumentThatTakesNothingFromTheTextIsNotReadForEver) {
  EXPECT_NE(reading(","), "");
  EXPECT_NE(reading("\n, {a: b}\n").find("test.yaml:2: "), std::string::npos);
}

TEST(YamlFile, F39AliasBombIsRefusedAtOnce) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'z'; ++c)
    bomb += std::string(1, c) + ": &" + c + " [*" + char(c - 1) + ", *" + char(c - 1) + ", *" + char(c - 1) + "]\n";
  EXPECT_NE(reading(bomb).find("test.yaml:1: unknown section 'a'"), std::string::npos);
  EXPECT_NE(reading("labels:\n  enabled_keys: &k [[*k, *k], [*k, *k]]\n"), "");
  EXPECT_NE(reading(std::string(100'000, '[')), "");
}

TEST(YamlFile, AnchorsAreOrdinaryYaml) {
  const Settings settings = settings_of("features:\n  pod_aggregation: &off false\n  storage_aggregation: *off\n");
  EXPECT_EQ(settings.values.boolean("features.storage_aggregation"), false);
}

TEST(YamlFile, EmptyFilesSectionsAndValuesSetNothing) {
  EXPECT_TRUE(settings_of("").values.all().empty());
  EXPECT_TRUE(settings_of("# only a comment\n").values.all().empty());
  const Settings settings = settings_of("ocp:\nrun:\n  input:\nperformance:\n  chunk_size: ~\n");
  EXPECT_EQ(settings.values.text("run.input"), std::nullopt);
  EXPECT_EQ(settings.values.integer("performance.chunk_size"), 50000);
}

TEST(YamlFile, MissingFileAndFolderAreRefusedByName) {
  Settings settings;
  const auto read = [&](const std::string& path) { return bad_config_message([&] { read_yaml_file(path, {}, settings); }); };
  EXPECT_EQ(read("/nowhere/c.yaml"), "cannot read the config file '/nowhere/c.yaml': No such file or directory");
  EXPECT_EQ(read("/tmp"), "cannot read the config file '/tmp': it is a directory");
}

TEST(Variables, AreParsedByTheTypeOfTheKey) {
  const Environment environment{{"ROWS", "123"}, {"OFF", "no"}, {"NAME", "prod"}};
  const Settings settings = settings_of(
      "performance:\n  chunk_size: ${ROWS}\n  column_filtering: ${OFF}\nocp:\n  cluster_alias: \"${NAME}-${NAME}\"\n", environment);
  EXPECT_EQ(settings.values.integer("performance.chunk_size"), 123);
  EXPECT_EQ(settings.values.boolean("performance.column_filtering"), false);
  EXPECT_EQ(settings.values.text("ocp.cluster_alias"), "prod-prod");
}

TEST(Variables, WrongTypeFromAVariableNamesTheLine) {
  EXPECT_EQ(reading("performance:\n  chunk_size: ${ROWS}\n", {{"ROWS", "many"}}),
            "test.yaml:2: performance.chunk_size: expected an integer from 1 to 1000000000000, found 'many'");
}

TEST(Variables, DefaultStandsInForUnsetAndEmpty) {
  EXPECT_EQ(settings_of("ocp: {cluster_alias: '${NAME:-OCP Cluster}'}").values.text("ocp.cluster_alias"), "OCP Cluster");
  EXPECT_EQ(settings_of("ocp: {cluster_alias: '${NAME:-a}'}", {{"NAME", ""}}).values.text("ocp.cluster_alias"), "a");
  EXPECT_EQ(settings_of("ocp: {cluster_alias: '${NAME:-a}'}", {{"NAME", "b"}}).values.text("ocp.cluster_alias"), "b");
  EXPECT_EQ(settings_of("aws: {provider_uuid: '${NAME:-}'}").values.text("aws.provider_uuid"), std::nullopt);
}

TEST(Variables, UnsetOneIsAnErrorOnlyForWhoAsks) {
  const Settings settings = settings_of("ocp:\n  cluster_id: ${OCP_CLUSTER_ID}\n");
  EXPECT_EQ(settings.values.text("ocp.cluster_alias"), std::nullopt);
  EXPECT_EQ(
      bad_config_message([&] { settings.values.text("ocp.cluster_id"); }),
      "test.yaml:2: ocp.cluster_id: the variable OCP_CLUSTER_ID is not set: set it, or write ${OCP_CLUSTER_ID:-default}, or give the key "
      "another value");
}

TEST(Variables, ValueIsNotExpandedAgain) {
  EXPECT_EQ(settings_of("ocp: {cluster_alias: '${NAME}'}", {{"NAME", "${OTHER}"}, {"OTHER", "x"}}).values.text("ocp.cluster_alias"),
            "${OTHER}");
}

TEST(Variables, LiteralDollarsStay) {
  EXPECT_EQ(settings_of("ocp: {cluster_alias: 'a$b$${C}$'}").values.text("ocp.cluster_alias"), "a$b${C}$");
}

TEST(Variables, BrokenNotationIsNamedWithItsLine) {
  EXPECT_EQ(reading("ocp:\n  cluster_alias: ${NAME\n"), "test.yaml:2: ocp.cluster_alias: '${' without its '}'");
  EXPECT_EQ(reading("ocp:\n  cluster_alias: '${MY-NAME}'\n"),
            "test.yaml:2: ocp.cluster_alias: a '${' that names no variable: write ${NAME} or ${NAME:-default}, or $${ for the characters "
            "themselves");
}

TEST(Variables, ReachIntoLists) {
  const Settings settings = settings_of("labels:\n  enabled_keys: [app, '${KEY}']\n", {{"KEY", "team"}});
  EXPECT_EQ(settings.values.list("labels.enabled_keys"), (std::vector<std::string>{"app", "team"}));
}

TEST(Lists, EmptyListIsNotTheSameAsNoList) {
  EXPECT_EQ(config_of("labels: {enabled_keys: []}").enabled_label_keys, std::vector<std::string>{});
  EXPECT_EQ(config_of("labels: {enabled_keys: }").enabled_label_keys, std::nullopt);
  EXPECT_EQ(config_of("").enabled_label_keys, std::nullopt);
}

}  // namespace
}  // namespace costmill
