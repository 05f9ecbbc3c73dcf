#include "postgres/target.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace costmill {
namespace {

ErrorCode code_of_target(std::string_view uri, const PostgresSettings& settings = {}) {
  try {
    (void)postgres_target(uri, settings, PostgresRole::kSink);
  } catch (const Error& error) {
    EXPECT_EQ(std::string_view(error.what()).find("hunter2"), std::string_view::npos) << error.what();
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::kBug;
}

PostgresTarget target_of(std::string_view uri, const PostgresSettings& settings = {}) {
  return postgres_target(uri, settings, PostgresRole::kSink);
}

TEST(PostgresTargets, OtherMachinesGetTheirCertificateChecked) {
  EXPECT_EQ(target_of("postgresql://u@db.example/x").options.at("sslmode"), "verify-full");
  EXPECT_EQ(target_of("postgresql://u@10.0.0.1/x").options.at("sslmode"), "verify-full");
  EXPECT_EQ(target_of("postgresql://u@localhost,db.example/x").options.at("sslmode"), "verify-full");
  for (const char* local : {"postgresql://u@localhost/x", "postgresql://u@127.0.0.1/x", "postgresql://u@[::1]/x", "postgresql:///x",
                            "postgresql://%2Ftmp%2Fsocket/x"}) {
    EXPECT_FALSE(target_of(local).options.contains("sslmode")) << local;
  }
}

TEST(PostgresTargets, WhatTheUserSaysOfTlsHolds) {
  EXPECT_EQ(target_of("postgresql://u@db.example/x?sslmode=disable").options.at("sslmode"), "disable");
  EXPECT_EQ(target_of("postgresql://u@db.example/x", {.sslmode = "require"}).options.at("sslmode"), "require");
  ::setenv("PGSSLMODE", "allow", 1);
  EXPECT_FALSE(target_of("postgresql://u@db.example/x").options.contains("sslmode"));
  ::unsetenv("PGSSLMODE");
}

TEST(PostgresTargets, TheSchemaOfTheUriWins) {
  const PostgresTarget target = target_of("postgresql://u@localhost/x?schema=org7&application_name=me", {.schema = "org1"});
  EXPECT_EQ(target.schema, "org7");
  EXPECT_EQ(quoted_schema(target), "\"org7\"");
  EXPECT_EQ(target.options.at("application_name"), "me");
  EXPECT_EQ(target_of("postgresql://localhost/x", {.schema = "org1"}).schema, "org1");
  EXPECT_THROW(quoted_schema(target_of("postgresql://localhost/x")), Error);
}

TEST(PostgresTargets, F15SchemaNamesThatAreMistakesOrAttacksAreRefused) {
  for (const char* schema :
       {"", "a\"; DROP", "a b", "1abc", "a;b", "pg_catalog", "information_schema", "a.b", "a-b", "\xC3\xA4", "Org1", "pg_temp", "a\n",
        "\xE2\x84\xAA"
        "elvin"}) {
    EXPECT_EQ(code_of_target("postgresql://localhost/x", {.schema = schema}), ErrorCode::kBadConfig) << schema;
  }
  EXPECT_EQ(code_of_target("postgresql://localhost/x", {.schema = std::string(64, 'a')}), ErrorCode::kBadConfig);
  EXPECT_EQ(target_of("postgresql://localhost/x", {.schema = std::string(63, 'a')}).schema.size(), 63U);
}

// F35: libpq would take a part of the password for the host or the port, and name it.
TEST(PostgresTargets, UrisWhosePasswordsFallApartAreRefused) {
  for (const char* uri : {"postgresql://u:p@w@h/x", "postgresql://u:p/w@h/x", "postgresql://u:p@h/x@y"}) {
    EXPECT_EQ(code_of_target(uri), ErrorCode::kBadConfig) << uri;
  }
  EXPECT_EQ(target_of("postgresql://u@localhost/x?application_name=a@b").options.at("application_name"), "a@b");
}

TEST(PostgresTargets, PasswordsAreKeptFromMessages) {
  const PostgresTarget target = target_of("postgresql://u:hunter2@localhost:6543/x", {.password = "other"});
  EXPECT_EQ(target.options.at("password"), "hunter2");
  EXPECT_EQ(target.shown, "u@localhost:6543/x");
  EXPECT_EQ(target_of("postgresql://u@localhost/x", {.password = "other"}).options.at("password"), "other");
  EXPECT_EQ(code_of_target("postgresql://u:hunter2@local%zz/x"), ErrorCode::kBadConfig);
  EXPECT_EQ(code_of_target("postgresql://u:hunter2@localhost/x?nonsense=1"), ErrorCode::kBadConfig);
}

}  // namespace
}  // namespace costmill
