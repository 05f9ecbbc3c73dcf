// F39: config files that are mistakes or attacks end in a message with a line, at once, in bounded memory.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/aws_profile.h"
#include "config_under_test.h"

namespace costmill {
namespace {

using namespace std::string_literals;
namespace fs = std::filesystem;

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(HostileYaml, F39DepthEndsInAMessage) {
  std::string blocks;
  for (std::size_t depth = 0; depth < 2000; ++depth) blocks += std::string(depth, ' ') + "a:\n";
  for (const std::string& yaml : {repeated("[", 100'000), repeated("{", 100'000), repeated("- ", 100'000), repeated("? ", 100'000),
                                  repeated("{a: ", 100'000), repeated("[{? ", 50'000), blocks}) {
    const std::string message = message_of(yaml);
    EXPECT_NE(message.find("nested far too deep"), std::string::npos) << message;
  }
}

TEST(HostileYaml, F39AliasesMultiplyNothing) {
  std::string bomb = "ocp: &a0 {cluster_alias: x}\n";
  for (int level = 1; level < 40; ++level) {
    const std::string before = "*a" + std::to_string(level - 1);
    bomb += "k" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + before + ", " + before + ", " + before + "]\n";
  }
  EXPECT_NE(message_of(bomb).find("test.yaml:2: unknown section 'k1'"), std::string::npos);
  EXPECT_NE(message_of("labels:\n  enabled_keys: &a [*a, *a]\n").find("test.yaml:2: "), std::string::npos);
  EXPECT_NE(message_of("run: &a {<<: *a}\n").find("test.yaml:1: unknown key '<<'"), std::string::npos);
}

TEST(HostileYaml, F39OnlyUtf8WithoutNulIsText) {
  EXPECT_EQ(message_of("run:\n  input: \xff\n"), "test.yaml:2: bytes that are not UTF-8; save the file as UTF-8");
  EXPECT_EQ(message_of("run:\n\n  input: a\xC0\xAF\n"), "test.yaml:3: bytes that are not UTF-8; save the file as UTF-8");
  EXPECT_EQ(message_of("run:\n  input: a\0b\n"s), "test.yaml:2: a NUL character, this is no config file");
  EXPECT_EQ(message_of("\xff\xfer\0u\0n\0"s), "test.yaml:1: a NUL character, this is no config file");
  EXPECT_EQ(message_of("run:\n  input: \"file:/a\\0/../etc\"\n"), "test.yaml:2: run.input: expected a text without NUL characters");
  EXPECT_EQ(message_of("run:\n\tinput: x\n").rfind("test.yaml:2: not valid YAML", 0), 0U) << "a tab";
}

TEST(HostileYaml, F39ByteOrderMarkAndCarriageReturnsAreNoMistakes) {
  EXPECT_EQ(config_of("\xEF\xBB\xBFrun:\r\n  input: file:x\r\n").run.input, "file:x");
}

TEST(HostileYaml, F39EveryPrefixAndEveryChangedByteEndsInAnswerOrMessage) {
  const std::string good =
      "organization: {org_id: org1}\nocp:\n  provider_uuid: 84052c0d-7c4c-4f6e-9d0a-2a7d9f0d3c11\n  cluster_alias: \"a\\x41\"\nlabels:\n"
      "  enabled_keys:\n    - &x app\n    - *x\nperformance:\n  memory_limit: 1GiB\npostgresql: {password: '${PW:-x}'}\n";
  for (std::size_t size = 0; size < good.size(); ++size) message_of(good.substr(0, size));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char byte : {'\0', '\n', '\t', '[', '{', '"', '&', '*', ':', '\x80'}) {
      std::string changed = good;
      changed[at] = byte;
      message_of(changed);  // any other kind of exception fails the test
    }
  }
}

TEST(HostileYaml, F39TextsThatArePassedOnAreUtf8) {
  for (const char* key : {"ocp.cluster_id", "ocp.cluster_alias", "postgresql.host"}) {
    Settings settings;
    const std::string message = bad_config_message([&] {
      settings.values.put(costmill::key(key), {.text = "a\xED\xA0\x80\x1b[2J", .origin = {OriginKind::kEnvironment, "VARIABLE"}});
    });
    EXPECT_EQ(message, "environment variable VARIABLE: " + std::string(key) + ": expected UTF-8, found 'a\\xed\\xa0\\x80\\x1b[2J'");
  }
}

TEST(HostileYaml, F16TemplatesLeadNowhereElse) {
  for (const char* path : {"../x", "a/../../x", "a/..", ".."}) {
    EXPECT_NE(message_of("ocp: {parquet_path_pod: '"s + path + "'}").find("found '..'"), std::string::npos) << path;
  }
  EXPECT_NE(message_of("ocp: {parquet_path_pod: '${P}'}", {}, {{"P", "../../etc"}}).find("found '..'"), std::string::npos);
  EXPECT_NE(message_of("ocp: {parquet_path_pod: " + std::string(100'000, 'x') + "}").find("at most 4096 bytes"), std::string::npos);
}

class HostileFiles : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string at(const char* name) const { return (folder_ / name).string(); }
  static std::string reading(const std::string& path) {
    return bad_config_message([&] {
      Settings settings;
      read_yaml_file(path, {}, settings);
    });
  }
  const fs::path folder_ = fs::temp_directory_path() / ("costmill_hostile_file_" + std::to_string(::getpid()));
};

TEST_F(HostileFiles, F39WhatIsNoRegularFileIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_NE(reading(at("pipe")).find("no regular file"), std::string::npos);
  EXPECT_NE(reading("/dev/zero").find("no regular file"), std::string::npos);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  at("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_NE(reading(at("socket")).find("no regular file"), std::string::npos);
  ::close(socket);
  EXPECT_NE(reading(folder_.string()).find("it is a directory"), std::string::npos);
  EXPECT_NE(reading(at("a\x1b[2J")).find("'" + folder_.string() + "/a\\x1b[2J'"), std::string::npos);
}

TEST_F(HostileFiles, F39AHugeFileIsNotRead) {
  std::ofstream(at("huge")) << "x";
  fs::resize_file(at("huge"), std::uintmax_t{1} << 40);
  EXPECT_NE(reading(at("huge")).find("larger than 4 MiB"), std::string::npos);
}

TEST_F(HostileFiles, F39ProfilesOfAwsAreReadAsCarefully) {
  ASSERT_EQ(::mkfifo(at("credentials").c_str(), 0600), 0);
  const std::string message = bad_config_message([&] { read_aws_profile({{"AWS_SHARED_CREDENTIALS_FILE", at("credentials")}}); });
  EXPECT_NE(message.find("no regular file"), std::string::npos) << message;
  const std::string unknown = bad_config_message([&] { read_aws_profile({{"AWS_PROFILE", "a\x1b[2J\n"}, {"HOME", "/nowhere"}}); });
  EXPECT_NE(unknown.find("'a\\x1b[2J\\x0a'"), std::string::npos) << unknown;
}

}  // namespace
}  // namespace costmill
