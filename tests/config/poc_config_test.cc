// The config of the Python proof of concept has to load as it is.
#include "config/print_config.h"
#include "config_under_test.h"

namespace costmill {
namespace {

const std::string kFile = std::string(COSTMILL_SOURCE_DIR) + "/tests/config/poc-config.yaml";

Config loaded(Environment environment, CommandLine command_line = {}) {
  command_line.config_file = kFile;
  return resolve(load_settings(command_line, environment), command_line, environment);
}

Environment two_variables() { return {{"OCP_CLUSTER_ID", "my-cluster"}, {"OCP_PROVIDER_UUID", kUuidA}}; }

CommandLine input_and_sink() { return {.options = {{"run.input", "file:data", "--input"}, {"run.sink", "csv:out", "--sink"}}}; }

TEST(PocConfig, LoadsWithTwoVariablesInputAndSink) {
  const Config config = loaded(two_variables(), input_and_sink());
  EXPECT_NO_THROW(check_uris(config));
  ASSERT_EQ(config.clusters.size(), 1U);
  const ClusterConfig& cluster = config.clusters[0];
  EXPECT_EQ(cluster.provider_uuid, kUuidA);
  EXPECT_EQ(cluster.cluster_id, "my-cluster");
  EXPECT_EQ(cluster.cluster_alias, "OCP Cluster");
  EXPECT_EQ(cluster.report_period_id, 1);
  EXPECT_EQ(to_string(cluster.window->from), "2025-11-01");
  EXPECT_EQ(to_string(cluster.window->to), "2025-11-30");
  EXPECT_EQ(cluster.paths.pod_daily, "data/{org_id}/OCP/source={provider_uuid}/year={year}/month={month}/*/openshift_pod_usage_line_items");
  EXPECT_EQ(cluster.paths.pod_hourly, cluster.paths.pod_daily);
  EXPECT_NE(cluster.paths.storage, cluster.paths.storage_daily);
  EXPECT_EQ(config.org_id, "org1234567");
  EXPECT_EQ(config.performance.use_streaming, Streaming::kOff);
  EXPECT_EQ(config.performance.chunk_size_rows, 100000);
  EXPECT_FALSE(config.performance.incremental_db_writes);
  EXPECT_EQ(config.logging.level, LogLevel::kInfo);
}

TEST(PocConfig, FollowsItsVariables) {
  Environment environment = two_variables();
  environment.insert({{"ORG_ID", "acme"},
                      {"OCP_YEAR", "2025"},
                      {"OCP_MONTH", "10"},
                      {"OCP_START_DATE", "2025-10-05"},
                      {"OCP_END_DATE", "2025-10-06"},
                      {"USE_STREAMING", "true"},
                      {"CHUNK_SIZE", "10"},
                      {"LOG_LEVEL", "DEBUG"},
                      {"INCREMENTAL_DB_WRITES", "true"}});
  const Config config = loaded(environment, input_and_sink());
  EXPECT_EQ(config.org_id, "acme");
  EXPECT_EQ(to_string(config.clusters.at(0).window->from), "2025-10-05");
  EXPECT_EQ(config.performance.use_streaming, Streaming::kOn);
  EXPECT_EQ(config.performance.chunk_size_rows, 10);
  EXPECT_EQ(config.logging.level, LogLevel::kDebug);
  EXPECT_TRUE(config.performance.incremental_db_writes);
}

TEST(PocConfig, MonthOptionIsEnoughForAnotherMonth) {
  CommandLine command_line = input_and_sink();
  command_line.month = "2025-10";
  EXPECT_EQ(to_string(loaded(two_variables(), command_line).clusters.at(0).window->to), "2025-10-31");
}

TEST(PocConfig, OnlyTheMonthChangedContradictsItsDates) {
  Environment environment = two_variables();
  environment["OCP_MONTH"] = "10";
  const std::string message = bad_config_message([&] { loaded(environment, input_and_sink()); });
  EXPECT_NE(message.find("ocp.start_date 2025-11-01"), std::string::npos) << message;
  EXPECT_NE(message.find("ocp.month 10"), std::string::npos) << message;
}

TEST(PocConfig, MissingVariableOfTheClusterIsNamed) {
  const std::string message = bad_config_message([] { loaded({{"OCP_PROVIDER_UUID", kUuidA}}, input_and_sink()); });
  EXPECT_NE(message.find("the variable OCP_CLUSTER_ID is not set"), std::string::npos) << message;
}

TEST(PocConfig, WithoutInputTheBucketIsMeant) {
  const Config config = loaded(two_variables());
  EXPECT_EQ(config.run.input, "s3://cost-management");
  EXPECT_EQ(config.run.sink, "postgresql://koku@postgresql.cost-management.svc.cluster.local:5432/koku");
}

TEST(PocConfig, CanBePrinted) {
  const CommandLine command_line{.config_file = kFile};
  Environment environment = two_variables();
  environment["POSTGRES_PASSWORD"] = "hunter2";
  const std::string printed = printed_config(load_settings(command_line, environment), command_line);
  EXPECT_EQ(printed.find("hunter2"), std::string::npos);
  EXPECT_NE(printed.find("${S3_SECRET_KEY} is not set"), std::string::npos);
  // What is printed is a config file again.
  EXPECT_NO_THROW(settings_of(printed, environment)) << printed;
}

}  // namespace
}  // namespace costmill
