// sqlite:FILE. A day's rows and its record are replaced in one transaction.
#include <arrow/buffer.h>
#include <fmt/format.h>

#include <array>
#include <bit>
#include <functional>
#include <optional>

#include "memory/heap.h"
#include "sink/digest.h"
#include "sink/record_json.h"
#include "sink/sinks.h"
#include "sink/sqlite_records.h"
#include "sink/sqlite_schema.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

// SQLite's cache is its own, so it is counted against the memory limit by a block of its size that nobody touches.
std::unique_ptr<arrow::Buffer> reserved(std::int64_t bytes, arrow::MemoryPool* pool) {
  auto block = arrow::AllocateBuffer(bytes, pool != nullptr ? pool : arrow::default_memory_pool());
  if (!block.ok()) throw no_memory("the cache of SQLite", block.status().message());
  return std::move(*block);
}

std::string insert_sql() {
  std::string sql = fmt::format("INSERT INTO {} (uuid, {}) VALUES (?", kSummaryTable, sqlite_column_list());
  for (std::size_t c = 0; c < kColumns.size(); ++c) sql += ", ?";
  return sql + ")";
}

// Binds row after row of a day. Bindings outlive a step: what is equal to the row before is not bound again, which is most cells.
class RowBinder {
 public:
  RowBinder(SqliteStatement& insert, const DayRows& day) : insert_(insert), day_(day), day_text_(to_string(day.day)) {}

  void bind(std::size_t ordinal) {
    const SummaryRow& row = day_.rows[ordinal];
    uuid_ = uuid_text(row_uuid(day_.cluster.source_uuid, day_.day, ordinal));
    insert_.bind_text(1, uuid_);
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const int parameter = static_cast<int>(c) + 2;
      if (kColumns[c].kind == ColumnKind::kNumber) {
        bind_number(parameter, row.numbers[kNumberIndexes[c]], c);
      } else {
        bind_cell(parameter, cell_of(day_, row, static_cast<Column>(c)), c);
      }
    }
    first_ = false;
  }

 private:
  void bind_number(int parameter, double number, std::size_t c) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    if (!first_ && bits == bits_[c]) return;
    bits_[c] = bits;
    if (is_null(number)) {
      insert_.bind_null(parameter);
      return;
    }
    decimals_[c].clear();
    append_decimal(decimals_[c], checked_decimal(number, static_cast<Column>(c), day_.day));
    insert_.bind_text(parameter, decimals_[c]);
  }

  void bind_cell(int parameter, const Cell& cell, std::size_t c) {
    // Equal texts of a day are one text in memory, so the pointer tells.
    const Cell& last = cells_[c];
    if (!first_ && cell.null == last.null && cell.integer == last.integer && cell.text.data() == last.text.data() &&
        cell.text.size() == last.text.size()) {
      return;
    }
    cells_[c] = cell;
    if (cell.null) {
      insert_.bind_null(parameter);
    } else if (kColumns[c].kind == ColumnKind::kInteger) {
      insert_.bind_integer(parameter, cell.integer);
    } else {
      insert_.bind_text(parameter, kColumns[c].kind == ColumnKind::kDate ? std::string_view(day_text_) : cell.text);
    }
  }

  SqliteStatement& insert_;
  const DayRows& day_;
  const std::string day_text_;
  std::string uuid_;
  bool first_ = true;
  std::array<std::uint64_t, kColumns.size()> bits_{};
  std::array<std::string, kColumns.size()> decimals_;
  std::array<Cell, kColumns.size()> cells_;
};

class SqliteSink final : public Sink {
 public:
  SqliteSink(const std::filesystem::path& file, const SinkOptions& options)
      : cache_(reserved(options.sqlite_cache_bytes, options.pool)),
        database_(file, SqliteDatabase::Open::kCreate),
        commit_(options.commit) {
    // Of a new file. A row has some 800 bytes, of which a page of the default 4096 holds few.
    database_.execute("PRAGMA page_size = 16384");
    // FULL: what is committed survives a loss of power.
    database_.execute(options.is_staged ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL");
    database_.execute(fmt::format("PRAGMA cache_size = -{}", options.sqlite_cache_bytes / 1024));
    ensure_sqlite_schema(database_);
    delete_.emplace(database_, fmt::format("DELETE FROM {} WHERE usage_start = ? AND source_uuid = ?", kSummaryTable));
    forget_.emplace(database_, "DELETE FROM costmill_days WHERE day = ? AND source_uuid = ?");
    insert_.emplace(database_, insert_sql());
    record_.emplace(database_,
                    "INSERT OR REPLACE INTO costmill_days (source_uuid, day, files, reference, config, reference_digest, config_digest, "
                    "program_version, digest, totals, hours_seen, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (commit_ == Commit::kWholeRun) whole_run_.emplace(database_);
  }

  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override {
    change([&] {
      const std::string text = to_string(record.day);
      remove_rows(record.key(), text);
      insert_rows(*day->rows);
      write_record(record, text);
    });
  }

  void adopt_day(const std::filesystem::path& staged, const DayRecord& record) override {
    const SqliteDatabase source(staged, SqliteDatabase::Open::kExisting);
    SqliteStatement rows(source, fmt::format("SELECT uuid, {} FROM {} WHERE usage_start = ? AND source_uuid = ? ORDER BY rowid",
                                             sqlite_column_list(), kSummaryTable));
    const std::string text = to_string(record.day);
    rows.bind_text(1, text);
    rows.bind_text(2, record.source_uuid);
    change([&] {
      remove_rows(record.key(), text);
      const ResetOnExit reset{*insert_};
      while (rows.step()) {
        for (int column = 0; column <= static_cast<int>(kColumns.size()); ++column) insert_->bind_value(column + 1, rows, column);
        insert_->run();
      }
      write_record(record, text);
    });
  }

  void remove_day(const StoredKey& key) override {
    change([&] {
      const std::string text = to_string(key.day);
      remove_rows(key, text);
      run(*forget_, {text, key.source_uuid});
    });
  }

  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return sqlite_recorded_days(database_, source_uuid, days);
  }

  void finish() override {
    if (commit_ == Commit::kEachDay) {
      SqliteTransaction transaction(database_);
      ensure_sqlite_indexes(database_);
      transaction.commit();
      return;
    }
    if (!whole_run_) return;
    ensure_sqlite_indexes(database_);
    whole_run_->commit();
    whole_run_.reset();
  }

 private:
  // In the transaction of the whole run, or in one of its own.
  void change(const std::function<void()>& statements) {
    if (commit_ == Commit::kWholeRun) return statements();
    SqliteTransaction transaction(database_);
    statements();
    transaction.commit();
  }

  void remove_rows(const StoredKey& key, const std::string& day) { run(*delete_, {day, key.source_uuid}); }

  void insert_rows(const DayRows& rows) {
    const ResetOnExit reset{*insert_};
    RowBinder binder(*insert_, rows);
    for (std::size_t ordinal = 0; ordinal < rows.rows.size(); ++ordinal) {
      binder.bind(ordinal);
      insert_->run();
    }
  }

  void write_record(const DayRecord& record, const std::string& day) {
    const RecordColumns columns = record_columns(record);
    record_->bind_integer(11, record.hours_seen);
    record_->bind_integer(12, static_cast<std::int64_t>(record.rows));
    run(*record_, {record.source_uuid, day, columns.files, columns.reference, columns.config, reference_digest(record),
                   config_digest(record), record.program_version, record.digest, columns.totals});
  }

  // With the texts as its first parameters.
  static void run(SqliteStatement& statement, std::initializer_list<std::string> texts) {
    int parameter = 0;
    for (const std::string& text : texts) statement.bind_text(++parameter, text);
    statement.run();
  }

  // A statement that failed halfway would hold its transaction open.
  struct ResetOnExit {
    ~ResetOnExit() { statement.reset(); }
    SqliteStatement& statement;
  };

  std::unique_ptr<arrow::Buffer> cache_;
  SqliteDatabase database_;
  Commit commit_;
  std::optional<SqliteStatement> delete_;
  std::optional<SqliteStatement> forget_;
  std::optional<SqliteStatement> insert_;
  std::optional<SqliteStatement> record_;
  std::optional<SqliteTransaction> whole_run_;
};

}  // namespace

std::unique_ptr<Sink> open_sqlite_sink(const std::filesystem::path& file, const SinkOptions& options) {
  return std::make_unique<SqliteSink>(file, options);
}

}  // namespace costmill
