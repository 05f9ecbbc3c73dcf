#include "postgres/connection.h"

#include <fmt/format.h>

#include <chrono>
#include <vector>

#include "postgres/failure.h"

namespace costmill {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::string field(const PGresult* result, int code) {
  const char* const text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : text;
}

PGconn* connect(const PostgresTarget& target) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : target.options) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* const handle = PQconnectdbParams(names.data(), values.data(), 0);
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

}  // namespace

std::uint64_t PostgresResult::affected() const {
  const char* const text = PQcmdTuples(result_.get());
  return *text == '\0' ? 0 : std::stoull(text);
}

PostgresConnection::PostgresConnection(PostgresTarget target) : target_(std::move(target)) { reconnect(); }

void PostgresConnection::reconnect() {
  handle_.reset(connect(target_));
  if (is_lost()) throw postgres_error("", PQerrorMessage(handle_.get()), target_);
  // The server's notices ("relation exists, skipping") are no news.
  PQsetNoticeProcessor(
      handle_.get(), [](void*, const char*) {}, nullptr);
}

void PostgresConnection::fail(const PGresult* result) const {
  const std::string sqlstate = result == nullptr ? std::string() : field(result, PG_DIAG_SQLSTATE);
  if (sqlstate.empty() || (is_lost() && !sqlstate.starts_with("57P"))) throw lost_connection_error(PQerrorMessage(handle_.get()), target_);
  std::string text = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (const std::string detail = field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) text += ": " + detail;
  throw postgres_error(sqlstate, text, target_);
}

PostgresResult PostgresConnection::checked(PGresult* raw, const std::string& sql, double seconds) {
  PostgresResult result(raw);
  if (target_.on_sql) target_.on_sql(sql, seconds);
  const ExecStatusType status = PQresultStatus(raw);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN) return result;
  fail(raw);
}

PostgresResult PostgresConnection::execute(const std::string& sql, std::span<const PostgresParameter> parameters) {
  std::vector<const char*> values;
  for (const PostgresParameter& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  const auto begin = Clock::now();
  PGresult* const result =
      PQexecParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0);
  return checked(result, sql, seconds_since(begin));
}

PostgresResult PostgresConnection::execute_binary(const std::string& sql, std::span<const BinaryParameter> parameters) {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> sizes;
  const std::vector<int> formats(parameters.size(), 1);
  for (const BinaryParameter& parameter : parameters) {
    types.push_back(parameter.type);
    values.push_back(parameter.bytes);
    sizes.push_back(parameter.size);
  }
  const auto begin = Clock::now();
  PGresult* const result = PQexecParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), types.data(), values.data(),
                                        sizes.data(), formats.data(), 0);
  return checked(result, sql, seconds_since(begin));
}

void PostgresConnection::execute_script(const std::string& sql) {
  const auto begin = Clock::now();
  PGresult* const result = PQexec(handle_.get(), sql.c_str());
  checked(result, sql, seconds_since(begin));
}

void PostgresConnection::begin_copy(const std::string& sql) {
  copy_sql_ = sql;
  const auto begin = Clock::now();
  PGresult* const result = PQexec(handle_.get(), sql.c_str());
  checked(result, sql, seconds_since(begin));
}

void PostgresConnection::put_copy(std::string_view bytes) {
  if (PQputCopyData(handle_.get(), bytes.data(), static_cast<int>(bytes.size())) != 1) fail(nullptr);
  bytes_copied_ += bytes.size();
}

std::uint64_t PostgresConnection::end_copy() {
  const auto begin = Clock::now();
  if (PQputCopyEnd(handle_.get(), nullptr) != 1) fail(nullptr);
  PGresult* const last = PQgetResult(handle_.get());
  while (PGresult* const more = PQgetResult(handle_.get())) PQclear(more);
  return checked(last, copy_sql_ + " -- end", seconds_since(begin)).affected();
}

void PostgresConnection::abandon_copy() noexcept {
  if (is_lost() || PQputCopyEnd(handle_.get(), "given up") != 1) return;
  while (PGresult* const result = PQgetResult(handle_.get())) PQclear(result);
}

PostgresTransaction::~PostgresTransaction() {
  if (!open_ || connection_.is_lost()) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const Error&) {
    // The connection is of no use any more; the server rolls back by itself.
  }
}

void PostgresTransaction::commit() {
  // A transaction that failed halfway answers COMMIT with ROLLBACK, and no error.
  const PostgresResult result = connection_.execute("COMMIT");
  open_ = false;
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT")
    throw Error(ErrorCode::kBug, "a transaction was committed after one of its statements had failed");
}

}  // namespace costmill
