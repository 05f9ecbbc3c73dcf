#include "distribution/remote_sink.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmill/error.h"
#include "postgres/target.h"

namespace costmill {

namespace fs = std::filesystem;

Staging::Staging(const std::string& sink_uri) {
  if (is_postgres_uri(sink_uri)) return;
  const FileSink sink = file_sink_of(sink_uri);
  kind_ = sink.kind;
  folder_ = fs::absolute(sink.path).lexically_normal().string() + ".staging";
}

void Staging::make() const {
  if (!folder_.empty()) fs::create_directories(folder_);
}

void Staging::remove() const {
  if (folder_.empty() || !fs::exists(folder_)) return;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (kind_ != "sqlite" || keys_.contains(name.substr(0, name.find('.')))) fs::remove_all(entry.path(), ignored);
  }
  fs::remove(folder_, ignored);
}

void RemoteSink::write_day(std::unique_ptr<EncodedDay> day, const DayRecord& record) {
  const auto* const remote = dynamic_cast<const RemoteDay*>(day.get());
  if (remote == nullptr) return sink_->write_day(std::move(day), record);
  if (remote->staged.empty()) {
    committed_.emplace_back(record.key(), record.digest);
    return;
  }
  const DayRecord staged = staged_record(remote->staged, record.key());
  // From here on no attempt is to take the staged day for whole.
  fs::remove(remote->staged.parent_path() / kReceiptFile);
  sink_->adopt_day(remote->staged, staged);
}

void RemoteSink::finish() {
  sink_->finish();
  for (const auto& [key, digest] : committed_) require_committed(key, digest);
  committed_.clear();
  staging_.remove();  // while the sink is held
}

DayRecord RemoteSink::staged_record(const fs::path& staged, const StoredKey& key) const {
  for (DayRecord& record : open_sink_reader(fmt::format("{}:{}", staging_.kind(), staged.string()))->records()) {
    if (record.key() == key) return std::move(record);
  }
  throw Error(ErrorCode::kSinkUnavailable, fmt::format("{} has no record of {}; run again", staged.string(), to_string(key.day)),
              {.file = staged.string()});
}

void RemoteSink::require_committed(const StoredKey& key, const std::string& digest) {
  const auto it = records_.find(key.source_uuid);
  std::map<Day, std::string>& records = it != records_.end() ? it->second : read_records(key.source_uuid);
  const auto found = records.find(key.day);
  if (found != records.end() && found->second == digest) return;
  throw Error(ErrorCode::kConflict,
              fmt::format("{} of cluster {} is not in the sink as its worker left it, so another run or program changed it; run again",
                          to_string(key.day), key.source_uuid),
              {.day = to_string(key.day)});
}

std::map<Day, std::string>& RemoteSink::read_records(const std::string& source_uuid) {
  Day first = committed_.front().first.day;
  Day last = first;
  for (const auto& [key, digest] : committed_) {
    first = std::min(first, key.day);
    last = std::max(last, key.day);
  }
  std::map<Day, std::string>& records = records_[source_uuid];
  for (const DayRecord& record : sink_->recorded_days(source_uuid, {first, last}).records) records[record.day] = record.digest;
  return records;
}

}  // namespace costmill
