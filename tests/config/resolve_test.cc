#include "config/resolve.h"

#include <thread>

#include "config_under_test.h"

namespace costmill {
namespace {

TEST(Resolve, DefaultsAreThoseOfTheDocumentation) {
  const Config config = config_of("");
  EXPECT_EQ(config.org_id, std::nullopt);
  EXPECT_EQ(config.run.input, "");
  EXPECT_EQ(config.run.sink, "sqlite:costmill.db");
  EXPECT_EQ(config.run.reference, std::nullopt);
  EXPECT_EQ(config.run.layout, LayoutKind::kKoku);
  EXPECT_EQ(config.run.numeric, Numeric::kDecimal);
  EXPECT_EQ(config.performance.use_streaming, Streaming::kAuto);
  EXPECT_EQ(config.performance.chunk_size_rows, 50000);
  EXPECT_EQ(config.performance.memory_limit_bytes, 0);
  EXPECT_EQ(config.performance.max_workers, 4);
  EXPECT_TRUE(config.performance.incremental_db_writes);
  EXPECT_TRUE(config.features.unallocated_capacity);
  EXPECT_EQ(config.logging.level, LogLevel::kInfo);
  EXPECT_TRUE(config.notices.empty());
}

TEST(Resolve, EveryKeyOfPerformanceArrives) {
  const Config config = config_of(
      "performance: {use_streaming: true, chunk_size: 7, streaming_threshold_rows: 8, memory_limit: 256MiB, parallel_readers: 2, "
      "max_workers: 3,\n"
      "  parallel_chunks: off, column_filtering: off, use_categorical: off, cache_enabled_tags: off, gc_after_aggregation: off,\n"
      "  delete_intermediate_dfs: off, db_batch_size: 9, incremental_db_writes: off}\n");
  EXPECT_EQ(config.performance.use_streaming, Streaming::kOn);
  EXPECT_EQ(config.performance.chunk_size_rows, 7);
  EXPECT_EQ(config.performance.streaming_threshold_rows, 8);
  EXPECT_EQ(config.performance.memory_limit_bytes, 256LL << 20);
  EXPECT_EQ(config.performance.parallel_readers, 2);
  EXPECT_EQ(config.performance.max_workers, 3);
  EXPECT_FALSE(config.performance.parallel_chunks);
  EXPECT_FALSE(config.performance.column_filtering);
  EXPECT_FALSE(config.performance.use_categorical);
  EXPECT_FALSE(config.performance.cache_enabled_tags);
  EXPECT_FALSE(config.performance.gc_after_aggregation);
  EXPECT_FALSE(config.performance.delete_intermediate_dfs);
  EXPECT_EQ(config.performance.db_batch_size_rows, 9);
  EXPECT_FALSE(config.performance.incremental_db_writes);
}

TEST(Resolve, EveryKeyOfTheOtherSectionsArrives) {
  const Config config = config_of(
      "run: {input: 'file:d', sink: 'csv:o', reference: 'csv:r', layout: POC, numeric: float64, full: yes, keep_going: yes, strict: yes, "
      "update_nodes: yes, progress: never}\n"
      "features: {cost_category: no, pod_aggregation: no, storage_aggregation: no, unallocated_capacity: no}\n"
      "logging: {level: WARNING, format: json}\n"
      "organization: {org_id: acct10001}\n");
  EXPECT_EQ(config.run.input, "file:d");
  EXPECT_EQ(config.run.sink, "csv:o");
  EXPECT_EQ(config.run.reference, "csv:r");
  EXPECT_EQ(config.run.layout, LayoutKind::kPoc);
  EXPECT_EQ(config.run.numeric, Numeric::kFloat64);
  EXPECT_EQ(config.run.progress, Progress::kNever);
  EXPECT_TRUE(config.run.full);
  EXPECT_TRUE(config.run.keep_going);
  EXPECT_TRUE(config.run.strict);
  EXPECT_TRUE(config.run.update_nodes);
  EXPECT_FALSE(config.features.cost_category);
  EXPECT_FALSE(config.features.pod_aggregation);
  EXPECT_FALSE(config.features.storage_aggregation);
  EXPECT_FALSE(config.features.unallocated_capacity);
  EXPECT_EQ(config.logging.level, LogLevel::kWarning);
  EXPECT_EQ(config.logging.format, LogFormat::kJson);
  EXPECT_EQ(config.org_id, "acct10001");
}

TEST(Resolve, WorkersCanFollowTheMachine) {
  EXPECT_EQ(config_of("performance: {max_workers: auto}").performance.max_workers,
            static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

TEST(Resolve, StreamingIsThreeWay) {
  EXPECT_EQ(config_of("performance: {use_streaming: no}").performance.use_streaming, Streaming::kOff);
  EXPECT_EQ(config_of("performance: {use_streaming: Auto}").performance.use_streaming, Streaming::kAuto);
}

TEST(Resolve, KeysWithoutEffectAreNoticed) {
  const Config config = config_of("performance:\n  use_arrow_compute: true\n  chunk_size: 7\n");
  ASSERT_EQ(config.notices.size(), 1U);
  EXPECT_EQ(config.notices[0], "performance.use_arrow_compute (test.yaml:2) has no effect: The core is Arrow either way");
}

TEST(Resolve, NeededUnsetVariableIsNamed) {
  EXPECT_NE(message_of("performance: {chunk_size: '${ROWS}'}").find("the variable ROWS is not set"), std::string::npos);
}

TEST(Uris, InputFallsBackToTheBucket) { EXPECT_EQ(config_of("s3: {bucket: b}").run.input, "s3://b"); }

TEST(Uris, SinkFallsBackToPostgresqlIfFilledIn) {
  EXPECT_EQ(config_of("postgresql: {host: db, database: koku, user: me, password: hunter2}").run.sink, "postgresql://me@db:5432/koku");
  EXPECT_EQ(config_of("postgresql: {database: koku}").run.sink, "postgresql://localhost:5432/koku");
  EXPECT_EQ(config_of("postgresql: {user: me}").run.sink, "sqlite:costmill.db");
}

TEST(Uris, GivenOnesWinOverTheSections) {
  const Config config = config_of("s3: {bucket: '${B}'}\npostgresql: {host: '${H}'}\nrun: {input: 'file:d', sink: 'csv:o'}");
  EXPECT_EQ(config.run.input, "file:d");
  EXPECT_EQ(config.run.sink, "csv:o");
}

std::string uri_refusal(const std::string& run) {
  return bad_config_message([&] { check_uris(config_of("run: {" + run + "}\n")); });
}

TEST(Uris, SchemesOfThisVersionAreTaken) {
  for (const char* sink : {"sqlite:a.db", "parquet:out", "csv:out", "postgresql://u@h/d?schema=s", "postgres://h/d"}) {
    EXPECT_EQ(uri_refusal("input: 'file:d', reference: 'csv:r', sink: '" + std::string(sink) + "'"), "");
  }
}

TEST(Uris, OthersAreRefusedNamingWhatThereIs) {
  EXPECT_EQ(uri_refusal("input: 's3://b/p'"), "");
  EXPECT_EQ(uri_refusal("input: d"), "input 'd' (test.yaml:1): this version reads only file:DIR, s3://BUCKET/PREFIX; give --input");
  EXPECT_EQ(uri_refusal("input: 'file:'"), "input 'file:' (test.yaml:1) lacks its path: give file:DIR, s3://BUCKET/PREFIX");
  EXPECT_EQ(uri_refusal("input: 'file:d', reference: 'mysql://u:p@h/d'"),
            "reference 'mysql://u:********@h/d' (test.yaml:1): this version reads only csv:DIR, postgresql://USER@HOST/DATABASE; give "
            "--reference");
  EXPECT_NE(uri_refusal("full: yes").find("no input: give --input file:DIR"), std::string::npos);
}

TEST(Uris, ReferencesAndSinksMayBePostgresql) {
  EXPECT_EQ(uri_refusal("input: 'file:d', reference: 'postgresql://u@h/d', sink: 'postgresql://u@h/d'"), "");
}

TEST(Uris, PartsOfThePostgresqlSectionAreEncoded) {
  EXPECT_EQ(config_of("postgresql: {host: /run/sock, database: 'a/b', user: 'me@x'}").run.sink,
            "postgresql://me%40x@%2Frun%2Fsock:5432/a%2Fb");
}

TEST(Postgresql, KeysReachTheConfig) {
  const PostgresConfig postgres = config_of(
                                      "postgresql: {host: h, password: p, schema: org1, sslmode: Require, connections: 3, replace: koku, "
                                      "lock_timeout: 5, statement_timeout: 0}")
                                      .postgres;
  EXPECT_EQ(postgres.password, "p");
  EXPECT_EQ(postgres.schema, "org1");
  EXPECT_EQ(postgres.sslmode, "require");
  EXPECT_EQ(postgres.connections, 3);
  EXPECT_EQ(postgres.replace, Replace::kAsKoku);
  EXPECT_EQ(postgres.lock_timeout_seconds, 5);
  EXPECT_EQ(postgres.statement_timeout_seconds, 0);
}

TEST(Postgresql, TheSchemaIsThatOfTheOrganisationUnlessSet) {
  EXPECT_EQ(config_of("postgresql: {host: h}\norganization: {org_id: org7}").postgres.schema, "org7");
  EXPECT_EQ(config_of("postgresql: {host: h, schema: other}\norganization: {org_id: org7}").postgres.schema, "other");
  EXPECT_EQ(config_of("postgresql: {host: h}").postgres.schema, std::nullopt);
}

TEST(Postgresql, UnsetVariablesAreNoMatterOfRunsIntoFiles) {
  const std::string section = "postgresql: {host: h, schema: '${SCHEMA}'}\n";
  EXPECT_EQ(config_of(section + "run: {sink: 'csv:o'}").postgres.schema, std::nullopt);
  EXPECT_NE(message_of(section).find("the variable SCHEMA is not set"), std::string::npos);
}

TEST(Postgresql, AnUnsetPasswordMayBeFoundElsewhere) {
  EXPECT_EQ(config_of("postgresql: {host: h, password: '${PW}'}").postgres.password, std::nullopt);
}

}  // namespace
}  // namespace costmill
