#include "tenant/init_db.h"

#include <fmt/format.h>

#include <chrono>

#include "commands.h"
#include "costmill/error.h"
#include "terminal.h"

namespace costmill::app {
namespace {

Month parsed_month(const std::string& text) {
  if (const auto month = parse_month(text)) return *month;
  throw Error(ErrorCode::kBadConfig, fmt::format("--month {}: expected YYYY-MM", printable(text)));
}

// The previous month, for it still changes; the current one; and the next, so that nobody has to be awake at midnight.
std::vector<Month> months_around_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const Month current = month_of(day_of_ms(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
  const Day before = {first_day(current).number - 1};
  return {month_of(before), current, month_of(last_day(current).next())};
}

InitDbOptions options_of(const Arguments& arguments) {
  InitDbOptions options{.role = arguments.role};
  for (const std::string& month : arguments.months) options.months.push_back(parsed_month(month));
  if (options.months.empty()) options.months = months_around_now();
  return options;
}

// One transaction, as init_db itself runs it, so that it can be piped into psql.
void print_script(const std::vector<std::string>& statements) {
  if (statements.empty()) return;
  say(stdout, "BEGIN;\n");
  for (const std::string& statement : statements) say(stdout, "{};\n", exact(stdout, statement));
  say(stdout, "COMMIT;\n");
}

}  // namespace

int init_db(const Arguments& arguments) {
  InitDbOptions options = options_of(arguments);
  const auto settings = prepare_settings(arguments);
  if (!settings) return 0;
  const Config config = resolve_for_places(*settings, arguments);
  if (config.run.update_nodes) options.node_tables = NodeTables::kUpdated;
  if (!is_postgres_uri(config.run.sink)) {
    throw Error(ErrorCode::kBadConfig,
                "init-db prepares a PostgreSQL database, and the sink is none (others need no preparation); give --sink "
                "postgresql://USER@HOST/DATABASE?schema=SCHEMA, or fill in the section postgresql");
  }
  PostgresConnection connection(database_target(config, config.run.sink, PostgresRole::kSink));
  const std::string shown = fmt::format("{}, schema {}", connection.target().shown, connection.target().schema);
  if (arguments.dry_run) {
    const std::vector<std::string> statements = init_db_statements(connection, options);
    say(stdout, "-- {}: {}\n", shown,
        statements.empty() ? "nothing is missing" : fmt::format("{} statements are missing", statements.size()));
    print_script(statements);
    return 0;
  }
  const std::size_t count = costmill::init_db(connection, options).size();
  say(stdout, "{}: {}\n", shown, count == 0 ? "nothing was missing" : fmt::format("{} statements run", count));
  return 0;
}

}  // namespace costmill::app
