// SQLite behind RAII; its result codes become Error.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace costmill {

class SqliteDatabase {
 public:
  enum class Open { kCreate, kExisting };

  SqliteDatabase(const std::filesystem::path& file, Open open);

  void execute(const std::string& sql);
  // Throws what a result code of this connection means; `action` completes "cannot ...".
  [[noreturn]] void fail(std::string_view action) const;

  sqlite3* handle() const { return handle_.get(); }
  const std::string& file() const { return file_; }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };

  std::string file_;
  std::unique_ptr<sqlite3, Closer> handle_;
};

// A prepared statement; parameters count from 1, columns from 0.
class SqliteStatement {
 public:
  SqliteStatement(const SqliteDatabase& database, const std::string& sql);

  void bind_null(int parameter) { check(sqlite3_bind_null(handle_.get(), parameter)); }
  void bind_integer(int parameter, std::int64_t integer) { check(sqlite3_bind_int64(handle_.get(), parameter, integer)); }
  // The text must live until the last step() that uses it.
  void bind_text(int parameter, std::string_view text);

  // A cell of the row that `row` stands at.
  void bind_value(int parameter, const SqliteStatement& row, int column) {
    check(sqlite3_bind_value(handle_.get(), parameter, sqlite3_column_value(row.handle_.get(), column)));
  }

  // True: a row is there.
  bool step();
  void reset() { sqlite3_reset(handle_.get()); }
  // step() of a statement without rows, then reset().
  void run() {
    step();
    reset();
  }

  bool is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
  std::string text(int column) const;
  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };

  void check(int code) const;

  const SqliteDatabase& database_;
  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
};

// Rolled back on destruction unless committed.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  void commit();

 private:
  SqliteDatabase& database_;
  bool open_ = true;
};

}  // namespace costmill
