// parquet:DIR, one file a (cluster, day).
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <fmt/format.h>
#include <parquet/exception.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <list>

#include "costmill/error.h"
#include "memory/heap.h"
#include "sink/parquet_file.h"
#include "sink/parquet_form.h"
#include "sink/pending_file.h"
#include "sink/sinks.h"
#include "sink/state_file.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Arrow gets a descriptor of its own, since it closes what it is given and PendingFile still has to sync.
std::shared_ptr<arrow::io::OutputStream> stream_to(const PendingFile& file) {
  const int descriptor = ::dup(file.descriptor());
  if (descriptor < 0) throw_file_error("write", file.target(), errno);
  auto stream = arrow::io::FileOutputStream::Open(descriptor);
  check_arrow(stream.status(), "write", file.target());
  return *stream;
}

void write_file(PendingFile& file, const DayRows& day, const SinkOptions& options) {
  const auto check = [&](const arrow::Status& status) { check_arrow(status, "write", file.target()); };
  arrow::MemoryPool* const pool = options.pool != nullptr ? options.pool : arrow::default_memory_pool();
  const auto stream = stream_to(file);
  try {
    write_parquet(day, options.numeric, pool, stream);
  } catch (const parquet::ParquetStatusException& error) {
    check(error.status());
  } catch (const std::bad_alloc& error) {
    throw no_memory(fmt::format("cannot write {}", file.target().string()), error);
  } catch (const parquet::ParquetException& error) {
    throw Error(ErrorCode::kSinkUnavailable,
                fmt::format("cannot write {}: {}; check the file system", file.target().string(), error.what()),
                {.file = file.target().string()});
  }
  check(stream->Close());
}

// The uuid is part of a path.
void check_source_uuid(const std::string& source_uuid) {
  const auto is_uuid_char = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; };
  if (source_uuid.size() == 36 && std::all_of(source_uuid.begin(), source_uuid.end(), is_uuid_char)) return;
  throw Error(ErrorCode::kBadConfig, fmt::format("the cluster's provider uuid '{}' is no lower-case UUID", source_uuid));
}

struct ParquetDay : EncodedDay {
  ParquetDay(std::shared_ptr<const DayRows> day_rows, const fs::path& target, Durability durability)
      : EncodedDay(std::move(day_rows)), file(target, durability) {}
  PendingFile file;
};

class ParquetSink final : public Sink {
 public:
  ParquetSink(const fs::path& folder, const SinkOptions& options)
      : folder_(folder), options_(options), lock_((make_folder(folder), folder)), state_(folder, "parquet", durability_of(options)) {
    make_own_folder(parquet_table_folder(folder));
    remove_dead_files(folder);
    remove_dead_files(parquet_table_folder(folder));
    for (const auto& entry : fs::directory_iterator(parquet_table_folder(folder))) {
      if (entry.is_directory() && !entry.is_symlink()) remove_dead_files(entry.path());
    }
  }

  std::unique_ptr<EncodedDay> encode(std::shared_ptr<const DayRows> rows) const override {
    check_source_uuid(rows->cluster.source_uuid);
    const fs::path target = parquet_file_of(folder_, {rows->cluster.source_uuid, rows->day});
    make_own_folder(target.parent_path());
    auto day = std::make_unique<ParquetDay>(std::move(rows), target, durability_of(options_));
    write_file(day->file, *day->rows, options_);
    day->rows.reset();
    return day;
  }

  void write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) override {
    PendingFile& file = static_cast<ParquetDay&>(*day).file;
    file.close();
    files_.push_back(std::move(file));
    records_.push_back(record);
    if (options_.commit == Commit::kEachDay) publish();
  }

  void adopt_day(const fs::path& staged, const DayRecord& record) override {
    const fs::path target = parquet_file_of(folder_, record.key());
    make_own_folder(target.parent_path());
    staged_.emplace_back(parquet_file_of(staged, record.key()), target);
    records_.push_back(record);
    if (options_.commit == Commit::kEachDay) publish();
  }

  void remove_day(const StoredKey& key) override {
    removed_.push_back(key);
    if (options_.commit == Commit::kEachDay) publish();
  }

  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return parquet_recorded_days(folder_, state_, source_uuid, days);
  }

  void finish() override {
    try {
      publish();
    } catch (const Error&) {
      save_what_is_published();
      throw;
    }
    if (!is_state_saved_) save_state();
    if (!has_days()) {
      PendingFile file(parquet_empty_file(folder_), durability_of(options_));
      write_file(file, DayRows{}, options_);
      file.publish();
    }
  }

 private:
  // A link could lead the cluster's files anywhere.
  void make_own_folder(const fs::path& folder) const {
    make_folder(folder, durability_of(options_));
    if (fs::is_symlink(folder)) {
      throw Error(ErrorCode::kSinkUnavailable,
                  fmt::format("{} is a symbolic link; put a folder there, or choose another --sink", folder.string()),
                  {.file = folder.string()});
    }
  }

  // A file without a record tells of itself: a day that has no record yet needs no doubt, and its record is saved with a later one, or at
  // the end.
  void publish() {
    if (files_.empty() && staged_.empty() && removed_.empty()) return;
    for (const DayRecord& record : records_) forget(record.key());
    if (has_forgotten_) save_state();
    for (PendingFile& file : files_) file.publish();
    for (const auto& [staged, target] : staged_) move_file(staged, target);
    for (const StoredKey& key : removed_) remove_file(parquet_file_of(folder_, key));
    for (const StoredKey& key : removed_) forget(key);
    for (const DayRecord& record : records_) state_.put(record);
    is_state_saved_ = false;
    if (Clock::now() >= next_save_) save_state();
    if (!files_.empty() || !staged_.empty()) ::unlink(parquet_empty_file(folder_).c_str());
    files_.clear();
    staged_.clear();
    records_.clear();
    removed_.clear();
  }

  void forget(const StoredKey& key) { has_forgotten_ |= state_.forget(key); }

  // All records are written each time, so a run of many days that come fast would do little else.
  void save_state() {
    constexpr std::chrono::milliseconds kLeastPause{250};
    constexpr int kPausesOfSaving = 10;
    const auto begin = Clock::now();
    state_.save();
    is_state_saved_ = true;
    has_forgotten_ = false;
    const auto end = Clock::now();
    next_save_ = end + std::max<Clock::duration>(kLeastPause, kPausesOfSaving * (end - begin));
  }

  // The days before one that cannot be published are done.
  void save_what_is_published() {
    try {
      if (!is_state_saved_) save_state();
    } catch (const Error&) {  // they are done again
    }
  }

  bool has_days() const {
    for (const auto& entry : fs::directory_iterator(parquet_table_folder(folder_))) {
      if (!entry.is_directory()) continue;
      for (const auto& file : fs::directory_iterator(entry.path())) {
        if (file.path().extension() == kParquetSuffix) return true;
      }
    }
    return false;
  }

  fs::path folder_;
  SinkOptions options_;
  FolderLock lock_;
  StateFile state_;
  bool is_state_saved_ = true;                         // with every record put
  bool has_forgotten_ = false;                         // records that the file still has
  Clock::time_point next_save_;                        // not before
  std::list<PendingFile> files_;                       // written, not published yet
  std::vector<std::pair<fs::path, fs::path>> staged_;  // elsewhere, and where they go
  std::vector<DayRecord> records_;
  std::vector<StoredKey> removed_;
};

}  // namespace

std::unique_ptr<Sink> open_parquet_sink(const fs::path& folder, const SinkOptions& options) {
  return std::make_unique<ParquetSink>(folder, options);
}

}  // namespace costmill
