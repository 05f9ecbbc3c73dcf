// libpq behind RAII: connections, statements, COPY; its failures become PostgresError.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "costmill/error.h"
#include "postgres/target.h"

namespace costmill {

class PostgresError : public Error {
 public:
  PostgresError(ErrorCode code, const std::string& message, std::string sqlstate, bool transient)
      : Error(code, message), sqlstate_(std::move(sqlstate)), transient_(transient) {}

  // Five characters; empty if the connection, not a statement, failed.
  const std::string& sqlstate() const { return sqlstate_; }
  // Deadlock, serialization failure, lost connection: the whole transaction may be tried again.
  bool is_transient() const { return transient_; }

 private:
  std::string sqlstate_;
  bool transient_;
};

class PostgresResult {
 public:
  explicit PostgresResult(PGresult* result) : result_(result) {}

  int rows() const { return PQntuples(result_.get()); }
  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  std::string text(int row, int column) const { return {PQgetvalue(result_.get(), row, column), size(row, column)}; }
  std::optional<std::string> optional_text(int row, int column) const {
    return is_null(row, column) ? std::nullopt : std::optional(text(row, column));
  }
  std::int64_t integer(int row, int column) const { return std::stoll(text(row, column)); }
  bool boolean(int row, int column) const { return text(row, column) == "t"; }
  // Rows that the statement changed.
  std::uint64_t affected() const;
  PGresult* get() const { return result_.get(); }

 private:
  std::size_t size(int row, int column) const { return static_cast<std::size_t>(PQgetlength(result_.get(), row, column)); }

  struct Clearer {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clearer> result_;
};

// A parameter in PostgreSQL's text form; nullopt is NULL.
using PostgresParameter = std::optional<std::string>;

// A parameter in its binary form.
struct BinaryParameter {
  Oid type = 0;
  const char* bytes = nullptr;  // nullptr: NULL
  int size = 0;
};

// Not thread-safe. Whatever waits for the server ends by Error(kCancelled) some seconds after target.cancelled is set.
class PostgresConnection {
 public:
  // Throws PostgresError: kSinkUnavailable or kReferenceUnavailable, kSinkDenied.
  explicit PostgresConnection(PostgresTarget target);

  PostgresResult execute(const std::string& sql, std::span<const PostgresParameter> parameters = {});
  PostgresResult execute(const std::string& sql, std::initializer_list<PostgresParameter> parameters) {
    return execute(sql, std::span(parameters.begin(), parameters.size()));
  }
  PostgresResult execute_binary(const std::string& sql, std::span<const BinaryParameter> parameters);
  // Many statements separated by `;`, without parameters.
  void execute_script(const std::string& sql);

  // `COPY ... FROM STDIN`: begin, put any number of times, then end (rows) or let go of the connection.
  void begin_copy(const std::string& sql);
  void put_copy(std::string_view bytes);
  std::uint64_t end_copy();
  // Tells the server that the COPY is not to be; nothing of it remains.
  void abandon_copy() noexcept;

  // A new session to the same place, after a loss.
  void reconnect();
  bool is_lost() const { return PQstatus(handle_.get()) != CONNECTION_OK; }

  int server_version() const { return PQserverVersion(handle_.get()); }
  bool uses_tls() const { return PQsslInUse(handle_.get()) != 0; }
  const PostgresTarget& target() const { return target_; }
  std::uint64_t bytes_copied() const { return bytes_copied_; }

 private:
  struct Finisher {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };

  using Clock = std::chrono::steady_clock;

  // The answer to what was sent, as PQexec would give it.
  PostgresResult answer(int sent, const std::string& sql);
  void flush();
  // Until the server has something to say, or takes more if `for_writing`.
  void wait(bool for_writing);
  void give_up_if_due();
  PostgresResult checked(PGresult* result, const std::string& sql, double seconds);
  [[noreturn]] void fail(const PGresult* result) const;

  PostgresTarget target_;
  std::unique_ptr<PGconn, Finisher> handle_;
  std::string copy_sql_;
  std::optional<Clock::time_point> stop_seen_;
  bool gave_up_ = false;
  std::uint64_t bytes_copied_ = 0;
};

// Rolled back on destruction unless committed.
class PostgresTransaction {
 public:
  explicit PostgresTransaction(PostgresConnection& connection) : connection_(connection) { connection_.execute("BEGIN"); }
  ~PostgresTransaction();
  PostgresTransaction(const PostgresTransaction&) = delete;
  PostgresTransaction& operator=(const PostgresTransaction&) = delete;

  void commit();

 private:
  PostgresConnection& connection_;
  bool open_ = true;
};

}  // namespace costmill
