// parquet:DIR, one file a (cluster, day).
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <fmt/format.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <list>

#include "costmill/error.h"
#include "sink/parquet_form.h"
#include "sink/pending_file.h"
#include "sink/sinks.h"
#include "sink/state_file.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

// Bounds the Arrow columns in memory (some 70 MB); a day of most clusters is one row group.
constexpr std::size_t kRowsPerGroup = 128 * 1024;

// To find out that quantities of groups hardly repeat would cost more than all the rest of writing; capacities of nodes repeat.
bool is_worth_a_dictionary(Column column) {
  switch (column) {
    case Column::kNodeCapacityCpuCores:
    case Column::kNodeCapacityCpuCoreHours:
    case Column::kNodeCapacityMemoryGigabytes:
    case Column::kNodeCapacityMemoryGigabyteHours:
    case Column::kClusterCapacityCpuCoreHours:
    case Column::kClusterCapacityMemoryGigabyteHours: return true;
    default: return def_of(column).kind != ColumnKind::kNumber;
  }
}

// Measured usage: its digits are as good as random.
bool is_incompressible(Column column) {
  return column == Column::kPodUsageCpuCoreHours || column == Column::kPodUsageMemoryGigabyteHours ||
         column == Column::kPodEffectiveUsageCpuCoreHours || column == Column::kPodEffectiveUsageMemoryGigabyteHours;
}

std::shared_ptr<parquet::WriterProperties> writer_properties() {
  parquet::WriterProperties::Builder builder;
  builder.version(parquet::ParquetVersion::PARQUET_2_6)
      ->compression(arrow::Compression::SNAPPY)
      ->enable_page_checksum()
      ->disable_dictionary("uuid")  // no two are equal
      ->compression("uuid", arrow::Compression::UNCOMPRESSED)
      ->disable_statistics()  // a file is a day of a cluster: they would exclude little, and label texts are long
      ->enable_statistics(std::string(def_of(Column::kUsageStart).name));
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto column = static_cast<Column>(c);
    const std::string name(kColumns[c].name);
    if (!is_worth_a_dictionary(column)) builder.disable_dictionary(name);
    if (is_incompressible(column)) builder.compression(name, arrow::Compression::UNCOMPRESSED);
  }
  return builder.build();
}

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
    auto writer = parquet::arrow::FileWriter::Open(*parquet_schema(options.numeric), pool, stream, writer_properties());
    check(writer.status());
    for (std::size_t first = 0; first < day.rows.size(); first += kRowsPerGroup) {
      const std::size_t count = std::min(kRowsPerGroup, day.rows.size() - first);
      check((*writer)->WriteTable(*parquet_rows(day, first, count, options.numeric, pool), kRowsPerGroup));
    }
    check((*writer)->Close());
  } catch (const parquet::ParquetStatusException& error) {
    check(error.status());
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

class ParquetSink final : public Sink {
 public:
  ParquetSink(const fs::path& folder, const SinkOptions& options)
      : folder_(folder), options_(options), lock_((make_folder(folder), folder)), state_(folder, "parquet") {
    make_own_folder(parquet_table_folder(folder));
    remove_dead_files(folder);
    remove_dead_files(parquet_table_folder(folder));
    for (const auto& entry : fs::directory_iterator(parquet_table_folder(folder))) {
      if (entry.is_directory() && !entry.is_symlink()) remove_dead_files(entry.path());
    }
  }

  void write_day(std::shared_ptr<const DayRows> rows, const DayRecord& record) override {
    check_source_uuid(record.source_uuid);
    const fs::path target = parquet_file_of(folder_, {record.source_uuid, record.day});
    make_own_folder(target.parent_path());
    PendingFile file(target);
    write_file(file, *rows, options_);
    file.close();
    files_.push_back(std::move(file));
    records_.push_back(record);
    if (options_.commit == Commit::kEachDay) publish();
  }

  void finish() override {
    publish();
    if (!has_days()) {
      PendingFile file(parquet_empty_file(folder_));
      write_file(file, DayRows{}, options_);
      file.publish();
    }
  }

 private:
  // A link could lead the cluster's files anywhere.
  static void make_own_folder(const fs::path& folder) {
    make_folder(folder);
    if (fs::is_symlink(folder)) {
      throw Error(ErrorCode::kSinkUnavailable,
                  fmt::format("{} is a symbolic link; put a folder there, or choose another --sink", folder.string()),
                  {.file = folder.string()});
    }
  }

  void publish() {
    if (files_.empty()) return;
    bool forgot = false;
    for (const DayRecord& record : records_) forgot |= state_.forget({record.source_uuid, record.day});
    if (forgot) state_.save();
    for (PendingFile& file : files_) file.publish();
    for (const DayRecord& record : records_) state_.put(record);
    state_.save();
    files_.clear();
    records_.clear();
    ::unlink(parquet_empty_file(folder_).c_str());
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
  std::list<PendingFile> files_;  // written, not published yet
  std::vector<DayRecord> records_;
};

}  // namespace

std::unique_ptr<Sink> open_parquet_sink(const fs::path& folder, const SinkOptions& options) {
  return std::make_unique<ParquetSink>(folder, options);
}

}  // namespace costmill
