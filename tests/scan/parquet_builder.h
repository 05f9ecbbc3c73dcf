// Small Parquet files for tests, written column by column from JSON.
#pragma once

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../catalog/temp_tree.h"
#include "scan/row_group_scan.h"

namespace costmill {

inline constexpr const char* kFile = "f.parquet";

struct ColumnData {
  std::string name;
  std::shared_ptr<arrow::DataType> type;
  std::string json;  // e.g. ["a", null]
};

inline std::shared_ptr<arrow::Table> table_of(const std::vector<ColumnData>& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const ColumnData& column : columns) {
    fields.push_back(arrow::field(column.name, column.type));
    arrays.push_back(arrow::json::ArrayFromJSONString(column.type, column.json).ValueOrDie());
  }
  return arrow::Table::Make(arrow::schema(fields), arrays);
}

using Properties = parquet::WriterProperties::Builder;

struct FileForm {
  std::function<void(Properties&)> properties = [](Properties&) {};
  bool int96 = false;
  std::int64_t row_group_rows = 1 << 20;
};

inline void write_table(const std::filesystem::path& path, const arrow::Table& table, const FileForm& form = {}) {
  Properties properties;
  form.properties(properties);
  parquet::ArrowWriterProperties::Builder arrow_properties;
  if (form.int96) arrow_properties.enable_deprecated_int96_timestamps();
  auto file = arrow::io::FileOutputStream::Open(path.string()).ValueOrDie();
  ASSERT_TRUE(parquet::arrow::WriteTable(table, arrow::default_memory_pool(), file, form.row_group_rows, properties.build(),
                                         arrow_properties.build())
                  .ok());
  ASSERT_TRUE(file->Close().ok());
}

inline void write_columns(const std::filesystem::path& path, const std::vector<ColumnData>& columns, const FileForm& form = {}) {
  write_table(path, *table_of(columns), form);
}

// Everything that the table's schema knows.
inline constexpr WantedColumns kEverything{0xFFFF, 0xFFFF};

// A file in one piece: texts instead of their codes.
struct Decoded {
  std::vector<std::int64_t> ms;
  std::vector<std::vector<std::optional<std::string>>> texts;
  std::vector<std::vector<std::optional<double>>> numbers;

  bool operator==(const Decoded&) const = default;
};

inline Decoded decode(const TempTree& tree, const std::string& path, Table table, const ScanOptions& options = {},
                      WantedColumns wanted = kEverything) {
  const auto store = open_store(tree.uri());
  std::shared_ptr<parquet::ParquetFileReader> reader = open_parquet(*store, stored_file(*store, path), {});
  Decoded decoded;
  decoded.texts.resize(schema_of(table).texts.size());
  decoded.numbers.resize(schema_of(table).numbers.size());
  Texts texts;
  for (int group = 0; group < reader->metadata()->num_row_groups(); ++group) {
    RowGroupScan scan(reader, path, group, table, wanted, options, texts);
    Chunk chunk;
    while (scan.next(chunk)) {
      EXPECT_EQ(chunk.first_row, decoded.ms.size());
      EXPECT_LE(chunk.rows, options.chunk_rows);
      decoded.ms.insert(decoded.ms.end(), chunk.interval_start_ms.begin(), chunk.interval_start_ms.end());
      for (std::size_t i = 0; i < chunk.texts.size(); ++i) {
        for (const TextId id : chunk.texts[i]) {
          decoded.texts[i].push_back(id == kNullText ? std::nullopt : std::optional<std::string>(texts[id]));
        }
      }
      for (std::size_t i = 0; i < chunk.numbers.size(); ++i) {
        const NumberColumn& column = chunk.numbers[i];
        for (std::size_t row = 0; row < column.values.size(); ++row) {
          EXPECT_TRUE(column.is_valid(row) || column.has_nulls);
          decoded.numbers[i].push_back(column.is_valid(row) ? std::optional<double>(column.values[row]) : std::nullopt);
        }
      }
    }
  }
  return decoded;
}

}  // namespace costmill
