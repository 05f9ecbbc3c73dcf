#include "sink/parquet_form.h"

#include <arrow/type.h>
#include <arrow/util/io_util.h>
#include <fmt/format.h>

#include "costmill/error.h"
#include "sink/pending_file.h"

namespace costmill {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<arrow::DataType> type_of(ColumnKind kind, NumericOutput numeric) {
  switch (kind) {
    case ColumnKind::kNumber: return numeric == NumericOutput::kDecimal ? arrow::decimal128(33, 15) : arrow::float64();
    case ColumnKind::kInteger: return arrow::int32();
    case ColumnKind::kDate: return arrow::date32();
    case ColumnKind::kText:
    case ColumnKind::kJson:
    case ColumnKind::kUuid: break;
  }
  return arrow::utf8();
}

}  // namespace

fs::path parquet_table_folder(const fs::path& folder) { return folder / kSummaryTable; }

fs::path parquet_file_of(const fs::path& folder, const StoredKey& key) {
  return parquet_table_folder(folder) / fmt::format("{}{}", kSourcePrefix, key.source_uuid) /
         fmt::format("{}{}", to_string(key.day), kParquetSuffix);
}

fs::path parquet_empty_file(const fs::path& folder) { return parquet_table_folder(folder) / fmt::format("empty{}", kParquetSuffix); }

RecordedDays parquet_recorded_days(const fs::path& folder, const StateFile& state, const std::string& source_uuid, const DateRange& days) {
  RecordedDays recorded = state.recorded_days(source_uuid, days);
  const auto has_file = [&](Day day) { return fs::exists(parquet_file_of(folder, {source_uuid, day})); };
  std::set<Day> unsure;
  std::set<Day> recorded_with_file;
  for (const DayRecord& record : recorded.records) (has_file(record.day) ? recorded_with_file : unsure).insert(record.day);
  std::erase_if(recorded.records, [&](const DayRecord& record) { return unsure.contains(record.day); });
  for (Day day = days.from; day <= days.to; day = day.next()) {
    if (has_file(day) && !recorded_with_file.contains(day)) unsure.insert(day);
  }
  recorded.unsure = std::move(unsure);
  return recorded;
}

std::shared_ptr<arrow::Schema> parquet_schema(NumericOutput numeric) {
  arrow::FieldVector fields{arrow::field("uuid", arrow::utf8(), /*nullable=*/false)};
  for (const ColumnDef& column : kColumns) fields.push_back(arrow::field(std::string(column.name), type_of(column.kind, numeric)));
  return arrow::schema(std::move(fields));
}

void check_arrow(const arrow::Status& status, std::string_view action, const fs::path& path) {
  if (status.ok()) return;
  if (status.IsOutOfMemory()) {
    throw Error(ErrorCode::kNoMemory,
                fmt::format("cannot {} {}: {}; raise performance.memory_limit", action, path.string(), status.message()),
                {.file = path.string()});
  }
  const int error_number = arrow::internal::ErrnoFromStatus(status);
  if (error_number != 0) throw_file_error(action, path, error_number);
  throw Error(ErrorCode::kSinkUnavailable, fmt::format("cannot {} {}: {}; check the file", action, path.string(), status.message()),
              {.file = path.string()});
}

}  // namespace costmill
