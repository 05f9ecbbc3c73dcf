// F35: what counts as a secret in a URI, and messages that could repeat one.
#include "config/secrets.h"

#include "config/load.h"
#include "config_under_test.h"

namespace costmill {
namespace {

TEST(Secrets, PasswordsAreFoundWhereTheyHide) {
  EXPECT_EQ(without_password("postgresql://u:p@h:5432/d"), "postgresql://u:********@h:5432/d");
  EXPECT_EQ(without_password("postgresql://u:p@w@h/d"), "postgresql://u:********@h/d");
  EXPECT_EQ(without_password("postgresql://u:p/w@h/d"), "postgresql://u:********@h/d");
  EXPECT_EQ(without_password("postgresql://h/d?password=p&sslpassword=q"), "postgresql://h/d?password=********&sslpassword=********");
  EXPECT_EQ(without_password("postgresql:u:p@h"), "postgresql:u:********@h");
  EXPECT_EQ(without_password("https://key:p@proxy:8080"), "https://key:********@proxy:8080");
}

TEST(Secrets, ParametersAreReadAsLibpqReadsThem) {
  for (const char* uri :
       {"postgresql://h/d?pass%77ord=hunter2", "postgresql://h/d?a=b&%70assword=hunter2", "postgresql://h/d?password=hunter2#x hunter2",
        "host=h password=hunter2 user=u", "host=h password = hunter2", "host=h password='a hunter2 \\' hunter2' user=u",
        "https://h/?X-Amz-Signature=hunter2&X-Amz-Security-Token=hunter2", "https://h/?secret_key=hunter2", "password=hunter2"}) {
    EXPECT_TRUE(holds_password(uri)) << uri;
    EXPECT_EQ(without_password(uri).find("hunter2"), std::string::npos) << without_password(uri);
  }
}

TEST(Secrets, OtherUrisAreLeftAlone) {
  for (const char* uri : {"postgresql://u@h/d", "postgresql://h:5432/d", "file:a/b@c:d", "sqlite:x.db", "postgresql://u:@h/d",
                          "s3://bucket/a:b", "csv:out@home", "parquet:out/token=1", "postgresql://h/d?schema=x&sslkey=/k&passfile=/f"}) {
    EXPECT_FALSE(holds_password(uri)) << uri;
  }
}

TEST(Secrets, AUriWithoutItsSchemeIsMaskedToo) {
  EXPECT_EQ(shown_uri("u:hunter2@h/d"), "u:********@h/d");
  EXPECT_EQ(shown_uri("postgres:u:hunter2@h"), "postgres:********@h");
  EXPECT_EQ(shown_uri("parquet:out@home"), "parquet:out@home");
  EXPECT_EQ(shown_uri("postgresql://u:hunter2@h/d"), "postgresql://u:********@h/d");
}

TEST(Secrets, AUserNameIsMaskedWhereItMayBeAToken) {
  EXPECT_EQ(without_user("http://hunter2@h:9091/metrics"), "http://********@h:9091/metrics");
  EXPECT_EQ(without_user("http://u:hun@ter2/@h"), "http://********@h");
  EXPECT_EQ(without_user("hunter2@h:9091"), "********@h:9091");
  EXPECT_EQ(without_user("http://h:9091/metrics/job/a"), "http://h:9091/metrics/job/a");
  EXPECT_EQ(without_user("http://h/?token=hunter2"), "http://h/?token=********");
}

TEST(Secrets, NoMessageAboutAConfigFileRepeatsAPartOfOne) {
  for (const char* yaml :
       {"postgresql: {password:hunter2}", "postgresql: {password=hunter2: x}", "password:hunter2: x", "postgresql: {password: *hunter2}",
        "postgresql:\n  password: 'ab${hunter2!}'", "postgresql:\n  password: '${hunter2'", "postgresql:\n  password: [hunter2]",
        "postgresql:\n  password: {hunter2: }", "postgresql:\n  password: x\n  password: hunter2",
        "postgresql:\n  host: h\n  password:hunter2", "s3: {secret_key: \"hunter2\\0\"}", "run: {sink: 'u:hunter2@h/d'}",
        "postgresql: {password: \"hunter2", "postgresql: {password: %hunter2}",
        "s3: {endpoint: 'https://k:hunter2@h', access_key: a, secret_key: hunter2, use_ssl: hunter}"}) {
    const std::string message = bad_config_message([&] { check_uris(config_of(std::string("run: {input: 'file:x'}\n") + yaml)); });
    EXPECT_NE(message, "") << yaml;
    EXPECT_EQ(message.find("hunter2"), std::string::npos) << message;
  }
}

TEST(Secrets, OnTheCommandLineAreRefusedInEverySpelling) {
  for (const char* set :
       {"postgresql.password=hunter2", "password=hunter2", "s3.secret_key=hunter2", "s3.access_key=hunter2", "s3.session_token=hunter2",
        "run.sink=postgresql://koku:hunter2@db/koku", "run.reference=postgresql://db/koku?password=hunter2",
        "run.sink=postgresql://db/koku?pass%77ord=hunter2", "run.sink=postgresql:host=h password=hunter2",
        "s3.endpoint=https://key:hunter2@minio:9000", "run.input=s3://key:hunter2@bucket/prefix", "validation.trino.password=hunter2",
        "metrics.push_url=http://hunter2@127.0.0.1:1", "push_url=hunter2@h", "metrics.push_url=http://u:hunter2@h"}) {
    const std::string message = bad_config_message([&] { load_settings({.sets = {set}}, {}); });
    EXPECT_NE(message, "") << set;
    EXPECT_NE(message.find("COSTMILL_"), std::string::npos) << message;
    EXPECT_EQ(message.find("hunter2"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace costmill
