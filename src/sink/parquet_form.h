// How days lie in Parquet: places of the files and types of the columns.
#pragma once

#include <arrow/status.h>
#include <arrow/type_fwd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "sink/sink.h"
#include "sink/state_file.h"

namespace costmill {

// DIR/<table>: what a reader of whole folders of Parquet files is pointed at.
std::filesystem::path parquet_table_folder(const std::filesystem::path& folder);
// DIR/<table>/source=<uuid>/<YYYY-MM-DD>.parquet
std::filesystem::path parquet_file_of(const std::filesystem::path& folder, const StoredKey& key);
// DIR/<table>/empty.parquet: schema only, there while no day is.
std::filesystem::path parquet_empty_file(const std::filesystem::path& folder);

// What the state records and the folder has; a day is unsure if only one of both knows it.
RecordedDays parquet_recorded_days(const std::filesystem::path& folder, const StateFile& state, const std::string& source_uuid,
                                   const DateRange& days);

inline constexpr std::string_view kSourcePrefix = "source=";
inline constexpr std::string_view kParquetSuffix = ".parquet";

// uuid and kColumns.
std::shared_ptr<arrow::Schema> parquet_schema(NumericOutput numeric);

// Throws what a failed status means; `action` completes "cannot ...".
void check_arrow(const arrow::Status& status, std::string_view action, const std::filesystem::path& path);

}  // namespace costmill
