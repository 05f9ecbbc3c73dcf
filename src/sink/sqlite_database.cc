#include "sink/sqlite_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "costmill/error.h"

namespace costmill {
namespace {

// Long enough for another run's day, short enough that a forgotten writer is noticed.
constexpr int kBusyTimeoutMilliseconds = 5'000;

struct Meaning {
  ErrorCode code;
  std::string_view advice;
};

// SQLite tries several ways to open a file and keeps the error of the last, which hides a missing right.
bool lacks_right(const std::string& file) {
  const std::filesystem::path path(file);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto denied = [](const std::filesystem::path& at, int mode) {
    return ::faccessat(AT_FDCWD, at.c_str(), mode, AT_EACCESS) != 0 && (errno == EACCES || errno == EPERM || errno == EROFS);
  };
  return (std::filesystem::is_directory(folder) && denied(folder, W_OK | X_OK)) || denied(path, R_OK);
}

Meaning meaning_of(int code, const std::string& file) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::kConflict, "another program holds the database; wait until it is done and run again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return {ErrorCode::kSinkDenied, "give this user the right to write the file and its folder"};
    case SQLITE_CANTOPEN:
      if (lacks_right(file)) return {ErrorCode::kSinkDenied, "give this user the right to write the file and its folder"};
      return {ErrorCode::kSinkUnavailable, "check the path; its folder must exist"};
    case SQLITE_FULL: return {ErrorCode::kSinkUnavailable, "free some space, or choose another --sink"};
    case SQLITE_NOTADB: return {ErrorCode::kSinkUnavailable, "the file is no SQLite database; choose another one"};
    case SQLITE_CORRUPT: return {ErrorCode::kSinkUnavailable, "the database is damaged; move it away and run again with --full"};
    case SQLITE_NOMEM: return {ErrorCode::kNoMemory, "raise performance.memory_limit"};
    case SQLITE_INTERRUPT: return {ErrorCode::kCancelled, "run again"};
    default: return {ErrorCode::kSinkUnavailable, "check the file"};
  }
}

}  // namespace

SqliteDatabase::SqliteDatabase(const std::filesystem::path& file, Open open) : file_(file.string()) {
  // SQLite gives names that begin with a colon a meaning of its own.
  const std::string name = file_.starts_with(':') ? "./" + file_ : file_;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (open == Open::kCreate ? SQLITE_OPEN_CREATE : 0);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail("open the database");
  sqlite3_extended_result_codes(handle, 1);
  // The file may be anybody's: its schema calls no functions with side effects, and damage is looked for in each cell.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  execute("PRAGMA cell_size_check = 1");
  sqlite3_busy_timeout(handle, kBusyTimeoutMilliseconds);
}

void SqliteDatabase::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail("use the database");
}

void SqliteDatabase::fail(std::string_view action) const {
  if (!handle_) throw Error(ErrorCode::kNoMemory, fmt::format("cannot {} {}: out of memory", action, file_), {.file = file_});
  const Meaning meaning = meaning_of(sqlite3_extended_errcode(handle_.get()), file_);
  throw Error(meaning.code, fmt::format("cannot {} {}: {}; {}", action, file_, sqlite3_errmsg(handle_.get()), meaning.advice),
              {.file = file_});
}

SqliteStatement::SqliteStatement(const SqliteDatabase& database, const std::string& sql) : database_(database) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(database.handle(), sql.c_str(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  check(code);
}

void SqliteStatement::check(int code) const {
  if (code != SQLITE_OK) database_.fail("use the database");
}

void SqliteStatement::bind_text(int parameter, std::string_view text) {
  // A null pointer would bind NULL.
  const char* const data = text.data() == nullptr ? "" : text.data();
  check(sqlite3_bind_text64(handle_.get(), parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail("use the database");
  return false;
}

std::string SqliteStatement::text(int column) const {
  const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return data == nullptr ? std::string() : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)));
}

SqliteTransaction::~SqliteTransaction() {
  // An error may have rolled back already; then there is nothing left to undo.
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteTransaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace costmill
