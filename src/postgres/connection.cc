#include "postgres/connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <utility>
#include <vector>

#include "postgres/failure.h"

namespace costmill {
namespace {

using Clock = std::chrono::steady_clock;

// Of a run that is to stop: enough for a day that is nearly written.
constexpr std::chrono::milliseconds kTimeToEnd{2'000};
// From asking the server to give up to leaving it alone.
constexpr std::chrono::milliseconds kTimeToGiveUp{1'000};
constexpr int kSignalLatencyMs = 100;  // a signal handler cannot notify

constexpr std::string_view kQueryCanceled = "57014";

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

[[noreturn]] void throw_cancelled() {
  throw Error(ErrorCode::kCancelled, "stopped by a signal while PostgreSQL was at work; what was not committed is as it was before");
}

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
  // Blocking calls of libpq would not notice that the program is to stop.
  PQsetnonblocking(handle_.get(), 1);
  // The server's notices ("relation exists, skipping") are no news.
  PQsetNoticeProcessor(
      handle_.get(), [](void*, const char*) {}, nullptr);
}

void PostgresConnection::fail(const PGresult* result) const {
  const std::string sqlstate = result == nullptr ? std::string() : field(result, PG_DIAG_SQLSTATE);
  if (gave_up_ && (sqlstate == kQueryCanceled || sqlstate.empty())) throw_cancelled();
  if (sqlstate.empty() || (is_lost() && !sqlstate.starts_with("57P"))) throw lost_connection_error(PQerrorMessage(handle_.get()), target_);
  std::string text = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (const std::string detail = field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) text += ": " + detail;
  throw postgres_error(sqlstate, text, target_);
}

void PostgresConnection::give_up_if_due() {
  if (target_.cancelled == nullptr || !*target_.cancelled) return;
  const auto now = Clock::now();
  if (!stop_seen_) stop_seen_ = now;
  if (now - *stop_seen_ < kTimeToEnd) return;
  if (now - *stop_seen_ > kTimeToEnd + kTimeToGiveUp) throw_cancelled();
  if (std::exchange(gave_up_, true)) return;
  PGcancel* const cancel = PQgetCancel(handle_.get());
  char ignored[256];
  PQcancel(cancel, ignored, sizeof ignored);
  PQfreeCancel(cancel);
}

void PostgresConnection::wait(bool for_writing) {
  pollfd socket{PQsocket(handle_.get()), static_cast<short>(for_writing ? POLLIN | POLLOUT : POLLIN), 0};
  ::poll(&socket, 1, target_.cancelled == nullptr ? -1 : kSignalLatencyMs);
  give_up_if_due();
}

void PostgresConnection::flush() {
  int left = 0;
  while ((left = PQflush(handle_.get())) == 1) {
    wait(/*for_writing=*/true);
    // The server may have to say something before it takes more.
    if (PQconsumeInput(handle_.get()) != 1) fail(nullptr);
  }
  if (left < 0) fail(nullptr);
}

PostgresResult PostgresConnection::answer(int sent, const std::string& sql) {
  const auto begin = Clock::now();
  if (sent != 1) fail(nullptr);
  flush();
  PGresult* last = nullptr;
  while (true) {
    // A connection that is lost meanwhile is in the result.
    while (PQisBusy(handle_.get()) != 0) {
      wait(/*for_writing=*/false);
      if (PQconsumeInput(handle_.get()) != 1) break;
    }
    PGresult* const next = PQgetResult(handle_.get());
    if (next == nullptr) break;
    PQclear(last);
    last = next;
    if (PQresultStatus(next) == PGRES_COPY_IN) break;
  }
  return checked(last, sql, seconds_since(begin));
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
  return answer(PQsendQueryParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0),
                sql);
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
  return answer(PQsendQueryParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), types.data(), values.data(), sizes.data(),
                                  formats.data(), 0),
                sql);
}

void PostgresConnection::execute_script(const std::string& sql) { answer(PQsendQuery(handle_.get(), sql.c_str()), sql); }

void PostgresConnection::begin_copy(const std::string& sql) {
  copy_sql_ = sql;
  answer(PQsendQuery(handle_.get(), sql.c_str()), sql);
}

void PostgresConnection::put_copy(std::string_view bytes) {
  if (PQputCopyData(handle_.get(), bytes.data(), static_cast<int>(bytes.size())) != 1) fail(nullptr);
  flush();
  bytes_copied_ += bytes.size();
}

std::uint64_t PostgresConnection::end_copy() { return answer(PQputCopyEnd(handle_.get(), nullptr), copy_sql_ + " -- end").affected(); }

void PostgresConnection::abandon_copy() noexcept {
  if (is_lost()) return;
  try {
    answer(PQputCopyEnd(handle_.get(), "given up"), copy_sql_ + " -- given up");
  } catch (const Error&) {
    // The server says that the COPY failed, which is what was asked for.
  }
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
