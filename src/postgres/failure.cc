#include "postgres/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace costmill {
namespace {

enum class Kind { kUnavailable, kDenied, kConflict, kBadInput, kReference };
enum class Again { kYes, kNo };

// The first whose code is a prefix of the SQLSTATE is taken.
struct Meaning {
  std::string_view sqlstate;
  Kind kind;
  Again again;
  std::string_view advice;
};

constexpr std::string_view kCheckLogin =
    "check user and password (PGPASSWORD, ~/.pgpass, postgresql.password) and the server's pg_hba.conf";

constexpr Meaning kMeanings[] = {
    {"40P01", Kind::kConflict, Again::kYes, "another transaction waits for rows that this one holds; run again when it is done"},
    {"40", Kind::kConflict, Again::kYes, "another transaction changed the same rows; run again"},
    {"55P03", Kind::kConflict, Again::kNo,
     "somebody else holds what this needs, most likely another run over the same day; wait for it, or raise postgresql.lock_timeout"},
    {"57014", Kind::kUnavailable, Again::kNo, "the statement took too long or was cancelled; raise postgresql.statement_timeout"},
    {"57P", Kind::kUnavailable, Again::kYes, "the server is stopping or starting; run again when it is up"},
    {"08", Kind::kUnavailable, Again::kYes, "the connection broke; run again when the server is up"},
    {"25006", Kind::kDenied, Again::kNo,
     "the server takes no writes (a standby, or default_transaction_read_only); connect to the primary"},
    {"28", Kind::kDenied, Again::kNo, kCheckLogin},
    {"42501", Kind::kDenied, Again::kNo,
     "the role lacks a right; `costmill init-db --role ROLE --dry-run` prints the grants that it needs"},
    {"3D000", Kind::kUnavailable, Again::kNo, "check the database's name"},
    {"3F000", Kind::kUnavailable, Again::kNo, "check postgresql.schema, or make the schema with `costmill init-db`"},
    {"42P01", Kind::kUnavailable, Again::kNo,
     "check postgresql.schema; `costmill init-db` makes what is missing, `costmill doctor` explains"},
    {"42703", Kind::kUnavailable, Again::kNo, "the table is not as Costmill knows it; `costmill doctor` lists the differences"},
    {"42", Kind::kUnavailable, Again::kNo, "the database is not as Costmill knows it; `costmill doctor` lists the differences"},
    {"23505", Kind::kConflict, Again::kNo,
     "a row with this key is there and belongs to another job, which perhaps took it over; `postgresql.replace: koku` removes more"},
    {"23503", Kind::kReference, Again::kNo, "the row that it refers to is missing; check ocp.report_period_id and the cost categories"},
    {"23514", Kind::kConflict, Again::kNo, "a partition is missing or was detached meanwhile; run again, or `costmill doctor`"},
    {"53100", Kind::kUnavailable, Again::kNo, "the server's disk is full; free some space and run again"},
    {"53", Kind::kUnavailable, Again::kNo, "the server is short of resources; run again later, or lower postgresql.connections"},
    {"22", Kind::kBadInput, Again::kNo, "PostgreSQL cannot store this value"},
};

constexpr Meaning kOther{"", Kind::kUnavailable, Again::kNo, "`costmill doctor` may tell more"};

ErrorCode code_of(Kind kind, PostgresRole role) {
  if (role == PostgresRole::kReference) return ErrorCode::kReferenceUnavailable;
  switch (kind) {
    case Kind::kUnavailable: return ErrorCode::kSinkUnavailable;
    case Kind::kDenied: return ErrorCode::kSinkDenied;
    case Kind::kConflict: return ErrorCode::kConflict;
    case Kind::kBadInput: return ErrorCode::kBadInput;
    case Kind::kReference: return ErrorCode::kReferenceUnavailable;
  }
  throw Error(ErrorCode::kBug, "a kind of failure without a code");
}

// libpq's messages have several lines and end with one.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const char shown = c == '\n' || c == '\t' ? ' ' : c;
    if (shown == ' ' && (line.empty() || line.back() == ' ')) continue;
    line += shown;
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string_view advice_for_connecting(std::string_view text) {
  const auto says = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (says("root certificate file")) {
    return "the server is not this machine, so its certificate is checked: give the CA's certificate as sslrootcert=FILE in the URI or "
           "PGSSLROOTCERT, or say postgresql.sslmode=require (encrypted, server not checked)";
  }
  if (says("certificate") || says("SSL error"))
    return "the server's certificate is not the expected one; check host, sslrootcert and postgresql.sslmode";
  if (says("server does not support SSL")) return "ask for TLS on the server, or say postgresql.sslmode=disable if the network is trusted";
  if (says("password authentication failed") || says("no password supplied") || says("pg_hba.conf") || says("role ")) return kCheckLogin;
  if (says("database \"")) return "check the database's name";
  return "check that the server is up, and host and port";
}

bool is_denied(std::string_view text) {
  constexpr std::array<std::string_view, 4> kSigns = {"authentication failed", "no password supplied", "pg_hba.conf", "permission denied"};
  return std::any_of(kSigns.begin(), kSigns.end(), [&](std::string_view sign) { return text.find(sign) != std::string_view::npos; });
}

std::string said_by(const PostgresTarget& target, std::string_view text, std::string_view advice) {
  return fmt::format("PostgreSQL ({}): {}; {}", target.shown, one_line(text), advice);
}

}  // namespace

PostgresError postgres_error(std::string_view sqlstate, std::string_view text, const PostgresTarget& target) {
  if (sqlstate.empty()) {
    const Kind kind = is_denied(text) ? Kind::kDenied : Kind::kUnavailable;
    const bool starting = text.find("the database system is") != std::string_view::npos;
    return PostgresError(code_of(kind, target.role), said_by(target, text, advice_for_connecting(text)), "", starting);
  }
  const auto* const found = std::find_if(std::begin(kMeanings), std::end(kMeanings),
                                         [&](const Meaning& meaning) { return sqlstate.starts_with(meaning.sqlstate); });
  const Meaning& meaning = found == std::end(kMeanings) ? kOther : *found;
  return PostgresError(code_of(meaning.kind, target.role), said_by(target, fmt::format("{} [{}]", text, sqlstate), meaning.advice),
                       std::string(sqlstate), meaning.again == Again::kYes);
}

PostgresError lost_connection_error(std::string_view text, const PostgresTarget& target) {
  return PostgresError(code_of(Kind::kUnavailable, target.role),
                       said_by(target, text.empty() ? "the connection broke" : text, "run again when the server is up"), "", true);
}

}  // namespace costmill
