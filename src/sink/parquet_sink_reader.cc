#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <arrow/util/decimal.h>
#include <arrow/util/io_util.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include <algorithm>
#include <map>

#include "costmill/error.h"
#include "sink/parquet_file.h"
#include "sink/parquet_form.h"
#include "sink/sinks.h"
#include "sink/state_file.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_file(const fs::path& path, std::string_view problem) {
  throw Error(ErrorCode::kBadInput, fmt::format("{}: {}; give a folder that Costmill wrote", path.string(), problem),
              {.file = path.string()});
}

[[noreturn]] void fail_column(const fs::path& path, const ColumnDef& column, std::string_view problem) {
  throw Error(ErrorCode::kBadInput, fmt::format("{} column {}: {}; give a folder that Costmill wrote", path.string(), column.name, problem),
              {.file = path.string(), .column = std::string(column.name)});
}

// What parse_day() reads.
const Day kFirstDay = make_day(1, 1, 1);
const Day kLastDay = make_day(9999, 12, 31);
// A few bytes can claim any number of rows; the writer makes no larger groups.
const auto kMostRowsOfGroup = static_cast<std::int64_t>(ParquetLimits{}.rows);

std::string text_of(Decimal decimal) {
  std::string text;
  append_decimal(text, decimal);
  return text;
}

// Text of a cell that is not NULL; nullopt if the array's type is none that a summary has in such a column.
std::optional<std::string> cell_text(const arrow::Array& array, std::int64_t i) {
  switch (array.type_id()) {
    case arrow::Type::STRING: return static_cast<const arrow::StringArray&>(array).GetString(i);
    case arrow::Type::LARGE_STRING: return static_cast<const arrow::LargeStringArray&>(array).GetString(i);
    case arrow::Type::DICTIONARY: {
      const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
      return cell_text(*coded.dictionary(), coded.GetValueIndex(i));
    }
    case arrow::Type::INT32: return std::to_string(static_cast<const arrow::Int32Array&>(array).Value(i));
    case arrow::Type::INT64: return std::to_string(static_cast<const arrow::Int64Array&>(array).Value(i));
    case arrow::Type::DATE32: {
      const Day day{static_cast<const arrow::Date32Array&>(array).Value(i)};
      return kFirstDay <= day && day <= kLastDay ? std::optional<std::string>(to_string(day)) : std::nullopt;
    }
    case arrow::Type::DOUBLE: {
      const auto decimal = to_decimal(static_cast<const arrow::DoubleArray&>(array).Value(i));
      return decimal ? std::optional<std::string>(text_of(*decimal)) : std::nullopt;
    }
    case arrow::Type::DECIMAL128: {
      const auto& decimals = static_cast<const arrow::Decimal128Array&>(array);
      std::string text = decimals.FormatValue(i);
      return canonicalize_number(text) ? std::optional<std::string>(std::move(text)) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

void append_rows(std::vector<StoredRow>& rows, const arrow::Table& table, const fs::path& path) {
  const std::size_t begin = rows.size();
  rows.resize(begin + static_cast<std::size_t>(table.num_rows()), StoredRow(kColumns.size()));
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto column = table.GetColumnByName(std::string(kColumns[c].name));
    if (!column) fail_column(path, kColumns[c], "the file lacks it");
    std::size_t r = begin;
    for (const auto& chunk : column->chunks()) {
      for (std::int64_t i = 0; i < chunk->length(); ++i, ++r) {
        if (chunk->IsNull(i)) continue;
        rows[r][c] = cell_text(*chunk, i);
        if (!rows[r][c])
          fail_column(path, kColumns[c], fmt::format("a value of type {} that does not belong there", chunk->type()->ToString()));
      }
    }
  }
}

// What is not the system's fault is the file's.
void check_read(const arrow::Status& status, const fs::path& path) {
  if (status.ok()) return;
  if (status.IsOutOfMemory() || arrow::internal::ErrnoFromStatus(status) != 0) check_arrow(status, "read", path);
  throw Error(ErrorCode::kCorrupt, fmt::format("{} is damaged: {}; run again with --full", path.string(), status.message()),
              {.file = path.string()});
}

template <typename Use>
auto with_file(const fs::path& path, const Use& use) {
  try {
    parquet::ReaderProperties properties = parquet::default_reader_properties();
    properties.set_page_checksum_verification(true);
    // A named pipe would wait for its writer.
    if (fs::exists(path) && !fs::is_regular_file(path)) fail_file(path, "no regular file");
    auto file = arrow::io::ReadableFile::Open(path.string());
    check_read(file.status(), path);
    parquet::arrow::FileReaderBuilder builder;
    check_read(builder.Open(*file, properties), path);
    auto reader = builder.Build();
    check_read(reader.status(), path);
    return use(**reader);
  } catch (const parquet::ParquetException& error) {
    throw Error(ErrorCode::kCorrupt, fmt::format("{} is damaged: {}; run again with --full", path.string(), error.what()),
                {.file = path.string()});
  }
}

class ParquetSinkReader final : public SinkReader {
 public:
  explicit ParquetSinkReader(const fs::path& folder) : folder_(folder), state_(folder, "parquet") {
    for (const auto& source : fs::directory_iterator(parquet_table_folder(folder))) {
      const std::string name = source.path().filename().string();
      if (!source.is_directory() || !name.starts_with(kSourcePrefix)) continue;
      for (const auto& file : fs::directory_iterator(source.path())) {
        const std::optional<Day> day = file.path().extension() == kParquetSuffix ? parse_day(file.path().stem().string()) : std::nullopt;
        if (day) files_[{name.substr(kSourcePrefix.size()), *day}] = file.path();
      }
    }
  }

  std::vector<StoredKey> days() override {
    std::vector<StoredKey> keys;
    for (const auto& [key, path] : files_) {
      const auto has_rows = [](parquet::arrow::FileReader& reader) { return reader.parquet_reader()->metadata()->num_rows() > 0; };
      if (with_file(path, has_rows)) keys.push_back(key);
    }
    return keys;
  }

  std::vector<StoredRow> read_day(const StoredKey& key) override {
    const auto found = files_.find(key);
    if (found == files_.end()) return {};
    const fs::path& path = found->second;
    return with_file(path, [&](parquet::arrow::FileReader& reader) {
      std::vector<StoredRow> rows;
      for (int group = 0; group < reader.num_row_groups(); ++group) {
        const std::int64_t claimed = reader.parquet_reader()->metadata()->RowGroup(group)->num_rows();
        if (claimed < 0 || claimed > kMostRowsOfGroup) fail_file(path, fmt::format("a row group of {} rows", claimed));
        auto table = reader.ReadRowGroup(group);
        check_read(table.status(), path);
        check_read((*table)->ValidateFull(), path);  // indexes of dictionaries, UTF-8
        append_rows(rows, **table, path);
      }
      return rows;
    });
  }

  std::vector<DayRecord> records() override { return state_.records(); }

  RecordedDays recorded_days(const std::string& source_uuid, const DateRange& days) override {
    return parquet_recorded_days(folder_, state_, source_uuid, days);
  }

 private:
  fs::path folder_;
  std::map<StoredKey, fs::path> files_;
  StateFile state_;
};

}  // namespace

std::unique_ptr<SinkReader> open_parquet_reader(const fs::path& folder) {
  if (!fs::is_directory(parquet_table_folder(folder))) throw_nothing_to_read(parquet_table_folder(folder), "a folder of Parquet files");
  return std::make_unique<ParquetSinkReader>(folder);
}

}  // namespace costmill
