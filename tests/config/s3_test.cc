#include "config/s3.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config_under_test.h"

namespace costmill {
namespace {

using std::chrono::milliseconds;

S3Config s3_of(const std::string& yaml, const Environment& environment = {}) {
  return resolve_s3(settings_of(yaml, environment), environment);
}

std::string refused(const std::string& yaml, const Environment& environment = {}) {
  return bad_config_message([&] { s3_of(yaml, environment); });
}

TEST(S3Settings, DefaultsAreAmazons) {
  const S3Config s3 = s3_of("");
  EXPECT_EQ(s3.endpoint, "https://s3.us-east-1.amazonaws.com");
  EXPECT_EQ(s3.region, "us-east-1");
  EXPECT_FALSE(s3.path_style);
  EXPECT_TRUE(s3.verify_tls);
  EXPECT_TRUE(s3.credentials.access_key.empty());
  EXPECT_EQ(s3.connect_timeout, milliseconds(5'000));
  EXPECT_EQ(s3.request_timeout, milliseconds(30'000));
  EXPECT_EQ(s3.deadline, milliseconds(120'000));
  EXPECT_EQ(s3.max_attempts, 3);
  EXPECT_EQ(s3_of("s3: {region: cn-north-1}").endpoint, "https://s3.cn-north-1.amazonaws.com.cn");
}

TEST(S3Settings, EveryKeyArrives) {
  const S3Config s3 = s3_of(
      "s3: {endpoint: 'https://minio:9000/', region: r, access_key: a, secret_key: s, session_token: t, verify_ssl: false, ca_file: c, "
      "path_style: false, connect_timeout: 0.5, request_timeout: 2, max_attempts: 7, deadline: 1.25}");
  EXPECT_EQ(s3.endpoint, "https://minio:9000");
  EXPECT_EQ(s3.region, "r");
  EXPECT_EQ(s3.credentials.access_key, "a");
  EXPECT_EQ(s3.credentials.secret_key, "s");
  EXPECT_EQ(s3.credentials.session_token, "t");
  EXPECT_FALSE(s3.verify_tls);
  EXPECT_EQ(s3.ca_file, "c");
  EXPECT_FALSE(s3.path_style);
  EXPECT_EQ(s3.connect_timeout, milliseconds(500));
  EXPECT_EQ(s3.request_timeout, milliseconds(2'000));
  EXPECT_EQ(s3.max_attempts, 7);
  EXPECT_EQ(s3.deadline, milliseconds(1'250));
}

TEST(S3Settings, TheSchemeOfTheEndpointWinsOverUseSsl) {
  EXPECT_EQ(s3_of("s3: {endpoint: 'http://minio:9000', use_ssl: true}").endpoint, "http://minio:9000");
  EXPECT_EQ(s3_of("s3: {endpoint: 'HTTPS://minio', use_ssl: false}").endpoint, "https://minio");
  EXPECT_EQ(s3_of("s3: {endpoint: 'minio:9000', use_ssl: false}").endpoint, "http://minio:9000");
  EXPECT_EQ(s3_of("s3: {endpoint: minio}").endpoint, "https://minio");
  EXPECT_TRUE(s3_of("s3: {endpoint: minio}").path_style);
}

TEST(S3Settings, EndpointsThatAreNoneAreRefusedWithoutBeingShown) {
  for (const char* endpoint : {"ftp://minio", "https://", "https://minio/path", "https://key:planted@minio", "https://minio?x"}) {
    const std::string message = refused(std::string("s3: {endpoint: '") + endpoint + "'}");
    EXPECT_NE(message.find("http://HOST:PORT"), std::string::npos) << endpoint << ": " << message;
    EXPECT_EQ(message.find("planted"), std::string::npos);
  }
}

TEST(S3Settings, KeysComeFromOnePlace) {
  const Environment aws{{"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}};
  EXPECT_EQ(s3_of("", aws).credentials.session_token, "t");
  EXPECT_EQ(s3_of("s3: {access_key: x, secret_key: y}", aws).credentials.session_token, "") << "a token of other keys";
  EXPECT_NE(refused("s3: {access_key: x}", aws).find("secret key"), std::string::npos);
  EXPECT_NE(refused("", {{"S3_SECRET", "y"}}).find("access key"), std::string::npos);
}

TEST(S3Settings, AKeyThatIsMeantToComeFromAVariableIsNoAnonymousRequest) {
  EXPECT_NE(refused("s3: {access_key: '${NO_SUCH_KEY}', secret_key: '${NO_SUCH_SECRET}'}").find("NO_SUCH_KEY"), std::string::npos);
  const Environment aws{{"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "s"}};
  EXPECT_EQ(s3_of("s3: {access_key: '${NO_SUCH_KEY}', secret_key: '${NO_SUCH_SECRET}'}", aws).credentials.access_key, "a");
  EXPECT_NE(refused("s3: {endpoint: '${NO_SUCH_ENDPOINT}'}").find("NO_SUCH_ENDPOINT"), std::string::npos);
}

TEST(S3Settings, KokusConnectionTimeoutStandsBetweenSectionAndDefault) {
  EXPECT_EQ(s3_of("", {{"S3_CONNECTION_TIMEOUT", "9"}}).connect_timeout, milliseconds(9'000));
  EXPECT_EQ(s3_of("s3: {connect_timeout: 2}", {{"S3_CONNECTION_TIMEOUT", "9"}}).connect_timeout, milliseconds(2'000));
  EXPECT_NE(refused("", {{"S3_CONNECTION_TIMEOUT", "soon"}}).find("S3_CONNECTION_TIMEOUT"), std::string::npos);
}

class AwsProfiles : public testing::Test {
 protected:
  AwsProfiles() {
    write("credentials",
          "# keys\n[default]\naws_access_key_id = d\naws_secret_access_key=ds\n\n[work]\n AWS_ACCESS_KEY_ID = nested\n"
          "aws_access_key_id = w\r\naws_secret_access_key = w=s==\naws_session_token = t\n");
    write("config",
          "[default]\nregion = eu-west-1\n[profile work]\nregion = eu-west-2\ns3 =\n  region = nested\nca_bundle = /ca\n"
          "[profile role]\nrole_arn = arn\nsource_profile = default\n");
  }

  ~AwsProfiles() override {
    std::filesystem::remove(path("credentials"));
    std::filesystem::remove(path("config"));
  }

  static void write(const std::string& name, const std::string& text) { std::ofstream(path(name)) << text; }
  // Each test is a process of its own, and ctest runs several at once.
  static std::string path(const std::string& name) {
    return testing::TempDir() + "costmill_aws_" + std::to_string(::getpid()) + "_" + name;
  }
  static Environment environment(const std::string& profile) {
    return {{"AWS_SHARED_CREDENTIALS_FILE", path("credentials")}, {"AWS_CONFIG_FILE", path("config")}, {"AWS_PROFILE", profile}};
  }
};

TEST_F(AwsProfiles, TheDefaultAndNamedOnes) {
  EXPECT_EQ(s3_of("", environment("")).credentials.access_key, "d");
  EXPECT_EQ(s3_of("", environment("")).region, "eu-west-1");
  const S3Config work = s3_of("", environment("work"));
  EXPECT_EQ(work.credentials.access_key, "w");
  EXPECT_EQ(work.credentials.secret_key, "w=s==");
  EXPECT_EQ(work.credentials.session_token, "t");
  EXPECT_EQ(work.region, "eu-west-2");
  EXPECT_EQ(work.ca_file, "/ca");
  EXPECT_NE(work.credentials.origin.find("work"), std::string::npos);
}

TEST_F(AwsProfiles, WhatLeadsElsewhereIsRefusedWithAdvice) {
  EXPECT_NE(refused("", environment("role")).find("export-credentials"), std::string::npos);
  EXPECT_NE(refused("", environment("nobody")).find("nobody"), std::string::npos);
}

TEST(S3Bucket, KokusVariableServesWhereNothingElseSaysIt) {
  const Environment environment{{"S3_BUCKET_NAME", "koku-bucket"}};
  EXPECT_EQ(resolve_input(load_settings({}, environment)).uri, "s3://koku-bucket");
  EXPECT_EQ(resolve_input(load_settings({.sets = {"s3.bucket=mine"}}, environment)).uri, "s3://mine");
  EXPECT_EQ(resolve_input(load_settings({.options = {{"run.input", "file:x", "--input"}}}, environment)).uri, "file:x");
}

}  // namespace
}  // namespace costmill
