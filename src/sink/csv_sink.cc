// csv:DIR, the canonical dump. Days wait in spools, one sorted run a cluster; finish() merges them with the rows that the file
// keeps, streaming, so that memory holds one row a cluster.
#include <fmt/format.h>

#include <algorithm>
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

class CsvSink final : public Sink {
 public:
  explicit CsvSink(const fs::path& folder) : target_(folder / kCsvFileName), lock_((make_folder(folder), folder)), state_(folder, "csv") {
    remove_dead_files(folder);
  }

  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override;
  void finish() override;

 private:
  Spool& spool_for(const std::string& source_uuid, Day day);
  std::unique_ptr<Run> kept_rows() const;
  PendingFile merge(const std::vector<std::unique_ptr<Run>>& runs) const;
  void publish(PendingFile& file);

  fs::path target_;
  FolderLock lock_;
  StateFile state_;
  std::list<Spool> spools_;
  std::set<StoredKey> written_;
  std::vector<DayRecord> records_;
};

Spool& CsvSink::spool_for(const std::string& source_uuid, Day day) {
  const auto precedes = [&](const Spool& spool) { return spool.source_uuid == source_uuid && spool.last_day < day; };
  const auto found = std::find_if(spools_.begin(), spools_.end(), precedes);
  if (found != spools_.end()) return *found;
  Spool& spool = spools_.emplace_back(Spool{source_uuid, day, PendingFile(target_)});
  std::string header;
  append_csv_header(header);
  spool.file.write(header);
  return spool;
}

void CsvSink::write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) {
  const StoredKey key{record.source_uuid, record.day};
  if (written_.contains(key)) {
    throw Error(ErrorCode::kBug, fmt::format("{} of {} was written twice", to_string(key.day), key.source_uuid));
  }
  if (!day->rows->rows.empty()) {
    Spool& spool = spool_for(key.source_uuid, key.day);
    const std::uint64_t size_before = spool.file.size();
    try {
      append_rows(spool.file, *day->rows);
    } catch (...) {
      spool.file.cut_to(size_before);
      throw;
    }
    spool.last_day = key.day;
  }
  written_.insert(key);
  records_.push_back(record);
}

// The rows that stay, at the first of them; null if there is none.
std::unique_ptr<Run> CsvSink::kept_rows() const {
  if (!fs::exists(fs::symlink_status(target_))) return nullptr;
  try {
    auto run = std::make_unique<Run>(target_, written_);
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
  PendingFile merged(target_);
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
  bool forgot = false;
  for (const StoredKey& key : written_) forgot |= state_.forget(key);
  if (forgot) state_.save();
  file.publish();
  for (const DayRecord& record : records_) state_.put(record);
  if (!records_.empty()) state_.save();
}

void CsvSink::finish() {
  if (records_.empty() && fs::exists(target_)) return;
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
  written_.clear();
}

}  // namespace

std::unique_ptr<Sink> open_csv_sink(const fs::path& folder) { return std::make_unique<CsvSink>(folder); }

}  // namespace costmill
