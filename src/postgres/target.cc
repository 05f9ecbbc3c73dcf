#include "postgres/target.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "texts/ascii.h"
#include "texts/printable.h"

namespace costmill {
namespace {

using Options = std::map<std::string, std::string>;

struct OptionsDeleter {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using OptionList = std::unique_ptr<PQconninfoOption, OptionsDeleter>;

Options given(const PQconninfoOption* options) {
  Options found;
  for (const PQconninfoOption* option = options; option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') found[option->keyword] = option->val;
  }
  return found;
}

// libpq refuses parameters that it does not know, so ours is taken out first.
std::string without_schema(std::string_view uri, std::optional<std::string>& schema) {
  const std::size_t question = uri.find('?');
  if (question == std::string_view::npos) return std::string(uri);
  std::string kept(uri.substr(0, question));
  char separator = '?';
  std::string_view rest = uri.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), parameter.size() + 1));
    if (parameter.starts_with("schema=")) {
      schema = std::string(parameter.substr(7));
    } else {
      kept += separator;
      kept += parameter;
      separator = '&';
    }
  }
  return kept;
}

// libpq would take a part of such a password for a host, a port or a database, and say so.
bool splits_wrong(std::string_view uri) {
  const std::string_view rest = uri.substr(std::min(uri.size(), uri.find("://") + 3));
  const std::string_view place = rest.substr(0, rest.find('?'));
  const std::size_t at = place.rfind('@');
  return at != std::string_view::npos && place.find_first_of("/@") < at;
}

Options parse(const std::string& uri) {
  char* message = nullptr;
  const OptionList parsed(splits_wrong(uri) ? nullptr : PQconninfoParse(uri.c_str(), &message));
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, &PQfreemem);
  if (parsed) return given(parsed.get());
  // libpq's message may repeat the URI, which may hold a password.
  throw Error(ErrorCode::kBadConfig,
              "the PostgreSQL URI cannot be read; give postgresql://USER@HOST:PORT/DATABASE?schema=SCHEMA with special characters "
              "percent-encoded, and the password in PGPASSWORD, ~/.pgpass or postgresql.password");
}

bool is_local(std::string_view host) {
  return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool all_local(std::string_view hosts) {
  while (true) {
    const std::size_t comma = hosts.find(',');
    if (!is_local(hosts.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    hosts.remove_prefix(comma + 1);
  }
}

// With what the environment and the service file add. Only an attempt to connect reads a service file that a URI names.
Options resolved(const Options& options) {
  if (!options.contains("service") && std::getenv("PGSERVICE") == nullptr) {
    Options all = given(OptionList(PQconndefaults()).get());
    for (const auto& [name, value] : options) all[name] = value;
    return all;
  }
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : options) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  const std::unique_ptr<PGconn, decltype(&PQfinish)> attempt(PQconnectStartParams(names.data(), values.data(), 0), &PQfinish);
  if (!attempt) throw std::bad_alloc();
  return given(OptionList(PQconninfo(attempt.get())).get());
}

std::string value_of(const Options& options, const std::string& name, const char* otherwise) {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

}  // namespace

void require_schema_name(std::string_view schema) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  constexpr std::size_t kMostBytes = 63;  // of a name in PostgreSQL
  const bool plain = !schema.empty() && schema.size() <= kMostBytes && is_letter(schema.front()) &&
                     std::all_of(schema.begin(), schema.end(), [&](char c) { return is_letter(c) || is_digit(c); });
  if (plain && !schema.starts_with("pg_") && schema != "information_schema") return;
  throw Error(ErrorCode::kBadConfig,
              fmt::format("the schema {} is no name of a tenant schema: small letters, digits and _, at most 63, as in org1234567; "
                          "check postgresql.schema",
                          as_shown(schema)));
}

std::string quoted_schema(const PostgresTarget& target) {
  if (!target.schema.empty()) return fmt::format("\"{}\"", target.schema);
  throw Error(ErrorCode::kBadConfig,
              "no tenant schema: give postgresql.schema (as in --set postgresql.schema=org1234567), or ?schema=org1234567 in the URI");
}

PostgresTarget postgres_target(std::string_view uri, const PostgresSettings& settings, PostgresRole role) {
  PostgresTarget target;
  target.role = role;
  target.on_sql = settings.on_sql;
  target.cancelled = settings.cancelled;
  std::optional<std::string> schema;
  target.options = parse(without_schema(uri, schema));
  if (!schema) schema = settings.schema;
  if (schema) {
    require_schema_name(*schema);
    target.schema = *schema;
  }
  Options& options = target.options;
  if (settings.password && !settings.password->empty()) options.emplace("password", *settings.password);
  if (settings.sslmode) options.emplace("sslmode", *settings.sslmode);
  const Options all = resolved(options);
  const std::string host = value_of(all, "host", "");
  // `prefer` is what libpq takes when nobody says anything.
  const bool said = options.contains("sslmode") || std::getenv("PGSSLMODE") != nullptr || value_of(all, "sslmode", "prefer") != "prefer";
  if (!said && !all_local(host.empty() ? value_of(all, "hostaddr", "") : host)) options["sslmode"] = "verify-full";
  options.emplace("application_name", value_of(all, "application_name", "costmill"));
  options.emplace("connect_timeout", value_of(all, "connect_timeout", std::to_string(settings.connect_timeout_seconds).c_str()));
  options.emplace("client_encoding", "UTF8");
  // A server that is gone is noticed within a minute or so, also in the middle of a COPY.
  options.emplace("keepalives_idle", "30");
  options.emplace("keepalives_interval", "10");
  options.emplace("keepalives_count", "3");
  options.emplace("tcp_user_timeout", "60000");
  options["options"] += fmt::format(
      "{}-c lock_timeout={}s -c statement_timeout={}s -c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres "
      "-c idle_in_transaction_session_timeout=0",
      value_of(all, "options", "").empty() ? "" : value_of(all, "options", "") + " ", settings.lock_timeout_seconds,
      settings.statement_timeout_seconds);
  target.shown = fmt::format("{}@{}:{}/{}", value_of(all, "user", "?"), host.empty() ? "local socket" : host, value_of(all, "port", "5432"),
                             value_of(all, "dbname", value_of(all, "user", "?").c_str()));
  return target;
}

}  // namespace costmill
