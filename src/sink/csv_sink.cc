// csv:DIR, the canonical dump. Days wait in spools, one sorted run a cluster; finish() merges them with the rows that the file
// keeps, streaming, so that memory holds one row a cluster.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <list>
#include <set>

#include "costmill/error.h"
#include "sink/pending_file.h"
#include "sink/sinks.h"
#include "sink/state_file.h"
#include "sink/stored_cells.h"
#include "sink/summary_csv.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

// Trades memory for system calls; bigger blocks are not faster.
constexpr std::size_t kBlockBytes = 256 * 1024;
constexpr std::size_t kRowsBetweenWrites = 256;

// Rows of one cluster, days ascending.
struct Spool {
  std::string source_uuid;
  Day last_day;
  PendingFile file;
};

// The next row of one sorted run: a spool, or what the old file keeps.
class Run {
 public:
  explicit Run(const fs::path& path) : path_(path), table_(path) {}
  Run(const fs::path& path, const std::set<StoredKey>& replaced) : path_(path), table_(path), replaced_(&replaced) {}

  const StoredRow& row() const { return row_; }
  bool next();

 private:
  fs::path path_;
  SummaryCsv table_;
  StoredRow row_;
  StoredRow before_;
  const std::set<StoredKey>* replaced_ = nullptr;
};

bool Run::next() {
  do {
    before_.swap(row_);
    if (!table_.next(row_)) return false;
    if (!before_.empty() && compare_canonical(before_, row_) > 0) {
      throw Error(
          ErrorCode::kConflict,
          fmt::format("{} is not in canonical order, so another program wrote or changed it; move it away and run again with --full",
                      path_.string()),
          {.file = path_.string()});
    }
  } while (replaced_ != nullptr && replaced_->contains(table_.key()));
  return true;
}

void append_rows(PendingFile& file, const DayRows& rows) {
  std::string block;
  for (std::size_t first = 0; first < rows.rows.size(); first += kRowsBetweenWrites) {
    append_csv_rows(block, rows, first, std::min(kRowsBetweenWrites, rows.rows.size() - first));
    if (block.size() < kBlockBytes) continue;
    file.write(block);
    block.clear();
  }
  file.write(block);
}

// All rows of another file of this kind.
void append_file(const fs::path& path, PendingFile& spool) {
  std::ifstream table(path, std::ios::binary);
  std::string block;
  std::getline(table, block);  // the header
  block.resize(kBlockBytes);
  while (table.read(block.data(), static_cast<std::streamsize>(block.size())), table.gcount() > 0)
    spool.write(std::string_view(block).substr(0, static_cast<std::size_t>(table.gcount())));
  if (!table.eof()) throw_file_error("read", path, errno);
}

// The rows of one day of it.
void append_day_of(const fs::path& path, const StoredKey& key, PendingFile& spool) {
  SummaryCsv table(path);
  StoredRow row;
  std::string block;
  while (table.next(row)) {
    if (table.key() != key) continue;
    append_csv_row(block, row);
    if (block.size() < kBlockBytes) continue;
    spool.write(block);
    block.clear();
  }
  spool.write(block);
}

class CsvSink final : public Sink {
 public:
  CsvSink(const fs::path& folder, Durability durability)
      : target_(folder / kCsvFileName), durability_(durability), lock_((make_folder(folder), folder)), state_(folder, "csv", durability) {
    remove_dead_files(folder);
  }

  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override;
  void adopt_day(const fs::path& staged, const DayRecord& record) override;
  void remove_day(const StoredKey& key) override { replaced_.insert(key); }
  void finish() override;
  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return fs::exists(target_) ? state_.recorded_days(source_uuid, days) : RecordedDays{};
  }

 private:
  void append_day(const DayRecord& record, bool is_empty, const std::function<void(PendingFile&)>& append);
  Spool& spool_for(const std::string& source_uuid, Day day);
  std::unique_ptr<Run> kept_rows() const;
  PendingFile merge(const std::vector<std::unique_ptr<Run>>& runs) const;
  void publish(PendingFile& file);

  fs::path target_;
  Durability durability_;
  FolderLock lock_;
  StateFile state_;
  std::list<Spool> spools_;
  std::set<StoredKey> replaced_;  // written or removed
  std::vector<DayRecord> records_;
};

Spool& CsvSink::spool_for(const std::string& source_uuid, Day day) {
  const auto precedes = [&](const Spool& spool) { return spool.source_uuid == source_uuid && spool.last_day < day; };
  const auto found = std::find_if(spools_.begin(), spools_.end(), precedes);
  if (found != spools_.end()) return *found;
  Spool& spool = spools_.emplace_back(Spool{source_uuid, day, PendingFile(target_, durability_)});
  std::string header;
  append_csv_header(header);
  spool.file.write(header);
  return spool;
}

void CsvSink::write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) {
  append_day(record, day->rows->rows.empty(), [&](PendingFile& spool) { append_rows(spool, *day->rows); });
}

void CsvSink::adopt_day(const fs::path& staged, const DayRecord& record) {
  const bool is_alone = StateFile(staged, "csv").records().size() == 1;
  append_day(record, record.rows == 0, [&](PendingFile& spool) {
    if (is_alone) return append_file(staged / kCsvFileName, spool);
    append_day_of(staged / kCsvFileName, record.key(), spool);
  });
}

void CsvSink::append_day(const DayRecord& record, bool is_empty, const std::function<void(PendingFile&)>& append) {
  const StoredKey key = record.key();
  if (replaced_.contains(key)) {
    throw Error(ErrorCode::kBug, fmt::format("{} of {} was written twice", to_string(key.day), key.source_uuid));
  }
  if (!is_empty) {
    Spool& spool = spool_for(key.source_uuid, key.day);
    const std::uint64_t size_before = spool.file.size();
    try {
      append(spool.file);
    } catch (...) {
      spool.file.cut_to(size_before);
      throw;
    }
    spool.last_day = key.day;
  }
  replaced_.insert(key);
  records_.push_back(record);
}

// The rows that stay, at the first of them; null if there is none.
std::unique_ptr<Run> CsvSink::kept_rows() const {
  if (!fs::exists(fs::symlink_status(target_))) return nullptr;
  try {
    auto run = std::make_unique<Run>(target_, replaced_);
    return run->next() ? std::move(run) : nullptr;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kConflict) throw;
    throw Error(ErrorCode::kSinkUnavailable,
                fmt::format("the rows to keep cannot be read; move the file away and run again with --full: {}", error.what()),
                error.place());
  }
}

// `runs` stand at their first rows.
PendingFile CsvSink::merge(const std::vector<std::unique_ptr<Run>>& runs) const {
  PendingFile merged(target_, durability_);
  std::string block;
  append_csv_header(block);
  const auto later = [](const Run* left, const Run* right) { return compare_canonical(left->row(), right->row()) > 0; };
  std::vector<Run*> heap;
  for (const auto& run : runs) heap.push_back(run.get());
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    append_csv_row(block, heap.back()->row());
    if (block.size() >= kBlockBytes) {
      merged.write(block);
      block.clear();
    }
    if (heap.back()->next()) {
      std::push_heap(heap.begin(), heap.end(), later);
    } else {
      heap.pop_back();
    }
  }
  merged.write(block);
  return merged;
}

void CsvSink::publish(PendingFile& file) {
  for (const StoredKey& key : replaced_) state_.doubt(key);
  if (!replaced_.empty()) state_.save();
  file.publish();
  for (const StoredKey& key : replaced_) state_.forget(key);
  for (const DayRecord& record : records_) state_.put(record);
  if (!replaced_.empty()) state_.save();
}

void CsvSink::finish() {
  if (replaced_.empty() && fs::exists(target_)) return;
  std::vector<std::unique_ptr<Run>> runs;
  if (auto kept = kept_rows()) runs.push_back(std::move(kept));
  if (runs.empty() && spools_.size() == 1) {
    publish(spools_.front().file);
  } else {
    for (const Spool& spool : spools_) {
      auto run = std::make_unique<Run>(spool.file.path());
      if (run->next()) runs.push_back(std::move(run));
    }
    PendingFile merged = merge(runs);
    publish(merged);
  }
  spools_.clear();
  records_.clear();
  replaced_.clear();
}

}  // namespace

std::unique_ptr<Sink> open_csv_sink(const fs::path& folder, const SinkOptions& options) {
  return std::make_unique<CsvSink>(folder, durability_of(options));
}

}  // namespace costmill
