// Reads the canonical dump, and tables like it in any row order: one pass notes where each (cluster, day) lies.
#include <map>
#include <optional>
#include <utility>

#include "sink/sinks.h"
#include "sink/state_file.h"
#include "sink/summary_csv.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

class CsvSinkReader final : public SinkReader {
 public:
  CsvSinkReader(const fs::path& table, const fs::path& state_folder) : table_(table) {
    if (!state_folder.empty()) state_.emplace(state_folder, "csv");
  }

  std::vector<StoredKey> days() override {
    note_stretches();
    std::vector<StoredKey> keys;
    for (const auto& [key, stretches] : stretches_) keys.push_back(key);
    return keys;
  }

  std::vector<StoredRow> read_day(const StoredKey& key) override {
    note_stretches();
    std::vector<StoredRow> rows;
    const auto found = stretches_.find(key);
    if (found == stretches_.end()) return rows;
    for (const Stretch& stretch : found->second) {
      table_.seek(stretch.place);
      for (std::uint64_t left = stretch.rows; left > 0 && table_.next(row_); --left) rows.push_back(row_);
    }
    return rows;
  }

  std::vector<DayRecord> records() override { return state_ ? state_->records() : std::vector<DayRecord>(); }

  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return state_ ? state_->recorded_days(source_uuid, days) : RecordedDays{};
  }

 private:
  // Rows of one (cluster, day) that follow each other in the file.
  struct Stretch {
    SummaryCsv::Place place;
    std::uint64_t rows = 0;
  };

  // The whole file is read for it, so not before somebody asks for rows.
  void note_stretches() {
    if (std::exchange(noted_, true)) return;
    std::vector<Stretch>* current = nullptr;
    StoredKey current_key;
    for (SummaryCsv::Place place = table_.place(); table_.next(row_); place = table_.place()) {
      if (current == nullptr || table_.key() != current_key) {
        current_key = table_.key();
        current = &stretches_[current_key];
        current->push_back({.place = place});
      }
      ++current->back().rows;
    }
  }

  SummaryCsv table_;
  StoredRow row_;
  std::map<StoredKey, std::vector<Stretch>> stretches_;
  bool noted_ = false;
  std::optional<StateFile> state_;
};

}  // namespace

std::unique_ptr<SinkReader> open_csv_reader(const fs::path& folder_or_file) {
  const bool is_folder = fs::is_directory(folder_or_file);
  const fs::path table = is_folder ? folder_or_file / kCsvFileName : folder_or_file;
  if (!fs::exists(table)) throw_nothing_to_read(table, "the CSV file of the daily summary");
  // Another program's table may lie beside anybody's state.
  const bool ours = table.filename() == kCsvFileName;
  const fs::path folder = table.has_parent_path() ? table.parent_path() : fs::path(".");
  return std::make_unique<CsvSinkReader>(table, ours ? folder : fs::path());
}

}  // namespace costmill
