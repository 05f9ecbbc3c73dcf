#include "tenant/state_schema.h"

#include <fmt/format.h>

#include <span>

#include "tenant/setup.h"

namespace costmill {
namespace {

using Migration = std::span<const char* const>;

// A schema that is there already, made for Costmill by an administrator, is taken as it is: CREATE SCHEMA IF NOT EXISTS would ask for
// the right to make schemas all the same.
constexpr const char* kTo1[] = {
    "DO $$ BEGIN IF to_regnamespace('costmill') IS NULL THEN CREATE SCHEMA costmill; END IF; END $$",
    "CREATE TABLE IF NOT EXISTS costmill.schema_version (version integer NOT NULL)",
    "CREATE TABLE IF NOT EXISTS costmill.days (\n"
    "  tenant_schema text NOT NULL,\n"
    "  source_uuid uuid NOT NULL,\n"
    "  day date NOT NULL,\n"
    "  files jsonb NOT NULL,\n"
    "  reference_digest text NOT NULL,\n"
    "  config_digest text NOT NULL,\n"
    "  program_version text NOT NULL,\n"
    "  rows bigint NOT NULL,\n"
    "  digest text NOT NULL,\n"
    "  written_at timestamptz NOT NULL DEFAULT now(),\n"
    "  PRIMARY KEY (tenant_schema, source_uuid, day)\n"
    ")",
    "INSERT INTO costmill.schema_version (version) VALUES (1)",
};

// Records without these columns do not say enough to tell what changed: their days are done again.
constexpr const char* kTo2[] = {
    "DELETE FROM costmill.days",
    "ALTER TABLE costmill.days ADD COLUMN reference jsonb NOT NULL",
    "ALTER TABLE costmill.days ADD COLUMN config jsonb NOT NULL",
    "ALTER TABLE costmill.days ADD COLUMN hours_seen integer NOT NULL",
    "UPDATE costmill.schema_version SET version = 2",
};

// Days recorded before have no totals, which only means that later days are not compared with them.
constexpr const char* kTo3[] = {
    "ALTER TABLE costmill.days ADD COLUMN totals jsonb",
    "UPDATE costmill.schema_version SET version = 3",
};

// kMigrations[v] brings version v to v + 1. One that ran somewhere stays as it is; a change is another one, whose last statement is
// UPDATE costmill.schema_version.
constexpr Migration kMigrations[] = {kTo1, kTo2, kTo3};
static_assert(std::size(kMigrations) == kStateSchemaVersion);

}  // namespace

int state_schema_version(PostgresConnection& connection) {
  // The catalog tells everybody what is there, so that a missing right does not look like a missing table.
  const PostgresResult found = connection.execute(
      "SELECT has_schema_privilege(n.oid, 'USAGE') AND (c.oid IS NULL OR has_table_privilege(c.oid, 'SELECT')), c.oid IS NOT NULL "
      "FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'schema_version' "
      "WHERE n.nspname = 'costmill'");
  if (found.rows() == 0) return 0;
  if (!found.boolean(0, 0)) {
    throw Error(ErrorCode::kSinkDenied,
                fmt::format("PostgreSQL ({}): the role may not read the schema costmill; have its owner run `costmill init-db --role ROLE`",
                            connection.target().shown));
  }
  if (!found.boolean(0, 1)) return 0;
  const PostgresResult version = connection.execute("SELECT coalesce(max(version), 0) FROM costmill.schema_version");
  return static_cast<int>(version.integer(0, 0));
}

std::vector<std::string> state_schema_upgrade(int version) {
  if (version > kStateSchemaVersion) {
    throw Error(ErrorCode::kConflict,
                fmt::format("the schema costmill has version {} and was made by a later Costmill, this one knows {}; upgrade the program",
                            version, kStateSchemaVersion));
  }
  std::vector<std::string> statements;
  for (int from = version; from < kStateSchemaVersion; ++from) {
    statements.insert(statements.end(), kMigrations[from].begin(), kMigrations[from].end());
  }
  return statements;
}

void ensure_state_schema(PostgresConnection& connection) {
  const int version = state_schema_version(connection);
  if (state_schema_upgrade(version).empty()) return;
  const std::string missing = version == 0 ? "is missing" : fmt::format("has version {} and needs {}", version, kStateSchemaVersion);
  explaining_missing_rights(connection, fmt::format("the schema costmill {}; have its owner run `costmill init-db`", missing), [&] {
    PostgresTransaction transaction(connection);
    take_setup_lock(connection);
    // Somebody else may have done it while this one waited.
    for (const std::string& statement : state_schema_upgrade(state_schema_version(connection))) connection.execute(statement);
    transaction.commit();
  });
}

}  // namespace costmill
