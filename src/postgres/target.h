// Which server, database and tenant schema, and how to connect: made of a URI, the PG* variables, service files and the config.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "costmill/error.h"

namespace costmill {

// What a connection is for decides which kind of error its failures are.
enum class PostgresRole { kSink, kReference };

struct PostgresSettings {
  std::optional<std::string> password;  // postgresql.password; one in the URI wins
  std::optional<std::string> sslmode;   // postgresql.sslmode; one in the URI wins
  std::optional<std::string> schema;    // tenant schema; `?schema=` of the URI wins
  int connect_timeout_seconds = 10;
  int lock_timeout_seconds = 60;
  int statement_timeout_seconds = 1800;
  // logging.show_sql: each statement that is sent, and how long it took. Called from any thread.
  std::function<void(std::string_view sql, double seconds)> on_sql;
  // Set, for example by a signal: what is at work may take some seconds to end, then the server is asked to give up.
  const std::atomic<bool>* cancelled = nullptr;
};

struct PostgresTarget {
  std::map<std::string, std::string> options;  // libpq's keywords, e.g. host, dbname; what is not there libpq finds itself
  std::string schema;                          // plain name, not quoted; empty if none was given
  std::string shown;                           // user@host:port/database, for messages; without secrets
  PostgresRole role = PostgresRole::kSink;
  std::function<void(std::string_view sql, double seconds)> on_sql;
  const std::atomic<bool>* cancelled = nullptr;
};

inline bool is_postgres_uri(std::string_view uri) { return uri.starts_with("postgresql://") || uri.starts_with("postgres://"); }

// Hosts that are not this machine get sslmode verify-full unless something says otherwise.
// Errors: kBadConfig for a URI or a schema name that is none.
PostgresTarget postgres_target(std::string_view uri, const PostgresSettings& settings, PostgresRole role);

// The target's schema, quoted for SQL. Error(kBadConfig) if none was given.
std::string quoted_schema(const PostgresTarget& target);

// A tenant schema's name: letters, digits, `_`, at most 63 bytes, not starting with a digit or pg_; quoted it would do more, but such
// names are mistakes or attacks. Error(kBadConfig).
void require_schema_name(std::string_view schema);

}  // namespace costmill
