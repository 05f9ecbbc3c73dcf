#include "tenant/init_db.h"

#include <fmt/format.h>

#include <set>

#include "summary/columns.h"
#include "tenant/grants.h"
#include "tenant/partitions.h"
#include "tenant/quoting.h"
#include "tenant/read_tables.h"
#include "tenant/setup.h"
#include "tenant/state_schema.h"
#include "tenant/summary_table.h"

namespace costmill {
namespace {

using Statements = std::vector<std::string>;

void append(Statements& statements, Statements more) {
  statements.insert(statements.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void require_server_version(const PostgresConnection& connection) {
  if (connection.server_version() >= kOldestServerVersion) return;
  throw Error(ErrorCode::kSinkUnavailable,
              fmt::format("PostgreSQL ({}): the server's version is {}, Costmill needs {} or later", connection.target().shown,
                          connection.server_version() / 10000, kOldestServerVersion / 10000));
}

bool has_schema(PostgresConnection& connection) {
  return connection.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", {connection.target().schema}).rows() == 1;
}

std::set<std::string> tables_of(PostgresConnection& connection) {
  const PostgresResult found = connection.execute(
      "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1",
      {connection.target().schema});
  std::set<std::string> tables;
  for (int row = 0; row < found.rows(); ++row) tables.insert(found.text(row, 0));
  return tables;
}

Statements new_tables(const std::string& schema, const std::set<std::string>& tables, const std::set<Month>& months) {
  Statements statements = summary_table_statements(schema);
  for (const Month month : months) statements.push_back(partition_statement(schema, month));
  for (const ReadTable& table : kReadTables) {
    if (!tables.contains(std::string(table.name))) statements.push_back(read_table_statement(schema, table));
  }
  return statements;
}

Statements missing_partitions(PostgresConnection& connection, const std::set<Month>& months) {
  Statements statements;
  for (const Month month : months) {
    if (auto statement = missing_partition(connection, first_day(month))) statements.push_back(std::move(*statement));
  }
  return statements;
}

}  // namespace

Statements init_db_statements(PostgresConnection& connection, const InitDbOptions& options) {
  (void)quoted_schema(connection.target());  // refuses a target without one
  require_server_version(connection);
  const std::string& schema = connection.target().schema;
  const std::set<Month> months(options.months.begin(), options.months.end());
  const std::set<std::string> tables = tables_of(connection);
  const bool has_summaries = tables.contains(std::string(kSummaryTable));
  Statements statements;
  if (!has_schema(connection)) statements.push_back("CREATE SCHEMA " + quoted_name(schema));
  append(statements, has_summaries ? missing_partitions(connection, months) : new_tables(schema, tables, months));
  append(statements, state_schema_upgrade(state_schema_version(connection)));
  if (options.role) {
    const Tables others = has_summaries ? Tables::kThere : Tables::kToBeMade;
    append(statements, missing_grants(connection, *options.role, others, options.node_tables));
  }
  return statements;
}

Statements init_db(PostgresConnection& connection, const InitDbOptions& options) {
  Statements statements;
  const std::string advice =
      "the role may not make what is missing; run init-db as the owner of the database or its schemas, or hand them the SQL that "
      "`costmill init-db --dry-run` prints";
  explaining_missing_rights(connection, advice, [&] {
    PostgresTransaction transaction(connection);
    take_setup_lock(connection);
    statements = init_db_statements(connection, options);
    for (const std::string& statement : statements) connection.execute(statement);
    transaction.commit();
  });
  return statements;
}

}  // namespace costmill
