// sqlite:FILE. A day's rows and its record are replaced in one transaction.
#include <fmt/format.h>

#include <array>
#include <bit>
#include <optional>

#include "sink/digest.h"
#include "sink/sinks.h"
#include "sink/sqlite_schema.h"
#include "sink/state_file.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

// Holds the upper levels of the indexes of some millions of rows; more gives nothing for days that are appended.
constexpr const char* kCachePragma = "PRAGMA cache_size = -32768";

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
  SqliteSink(const std::filesystem::path& file, Commit commit) : database_(file, SqliteDatabase::Open::kCreate), commit_(commit) {
    // Of a new file. A row has some 800 bytes, of which a page of the default 4096 holds few.
    database_.execute("PRAGMA page_size = 16384");
    // FULL: what is committed survives a loss of power.
    database_.execute("PRAGMA synchronous = FULL");
    database_.execute(kCachePragma);
    ensure_sqlite_schema(database_);
    delete_.emplace(database_, fmt::format("DELETE FROM {} WHERE usage_start = ? AND source_uuid = ?", kSummaryTable));
    insert_.emplace(database_, insert_sql());
    record_.emplace(database_, "INSERT OR REPLACE INTO costmill_days VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    if (commit_ == Commit::kWholeRun) whole_run_.emplace(database_);
  }

  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override {
    if (commit_ == Commit::kWholeRun) {
      replace(*day->rows, record);
      return;
    }
    SqliteTransaction transaction(database_);
    replace(*day->rows, record);
    transaction.commit();
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
  void replace(const DayRows& rows, const DayRecord& record) {
    const ResetOnExit reset{*insert_};
    const std::string day = to_string(record.day);
    delete_->bind_text(1, day);
    delete_->bind_text(2, record.source_uuid);
    delete_->run();
    RowBinder binder(*insert_, rows);
    for (std::size_t ordinal = 0; ordinal < rows.rows.size(); ++ordinal) {
      binder.bind(ordinal);
      insert_->run();
    }
    write_record(record, day);
  }

  void write_record(const DayRecord& record, const std::string& day) {
    const std::string files = fingerprints_to_json(record.files);
    int parameter = 0;
    for (const std::string* text :
         {&record.source_uuid, &day, &files, &record.reference_digest, &record.config_digest, &record.program_version}) {
      record_->bind_text(++parameter, *text);
    }
    record_->bind_integer(++parameter, static_cast<std::int64_t>(record.rows));
    record_->bind_text(++parameter, record.digest);
    record_->run();
  }

  // A statement that failed halfway would hold its transaction open.
  struct ResetOnExit {
    ~ResetOnExit() { statement.reset(); }
    SqliteStatement& statement;
  };

  SqliteDatabase database_;
  Commit commit_;
  std::optional<SqliteStatement> delete_;
  std::optional<SqliteStatement> insert_;
  std::optional<SqliteStatement> record_;
  std::optional<SqliteTransaction> whole_run_;
};

}  // namespace

std::unique_ptr<Sink> open_sqlite_sink(const std::filesystem::path& file, Commit commit) {
  return std::make_unique<SqliteSink>(file, commit);
}

}  // namespace costmill
