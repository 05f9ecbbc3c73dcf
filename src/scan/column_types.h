// Which Parquet types a column of ours may have. Whatever does not convert without loss is refused.
#pragma once

#include <parquet/schema.h>

#include <optional>
#include <string>

#include "scan/column_readers.h"

namespace costmill {

// Throws Error(kBadInput) for a nested or repeated column.
void require_flat(const parquet::ColumnDescriptor& type, const ColumnPlace& place);

bool is_null_type(const parquet::ColumnDescriptor& type);  // a column that holds only NULLs, by its type
// Where the statistics of such a column tell how many NULLs it has, they must be its rows.
void require_only_nulls(const ColumnSource& source);
bool is_text_type(const parquet::ColumnDescriptor& type);

// Digits after the point of a decimal column; nullopt if it is none.
std::optional<int> decimal_scale(const parquet::ColumnDescriptor& type);

[[noreturn]] void throw_wrong_type(const parquet::ColumnDescriptor& type, std::string_view expected, const ColumnPlace& place);
[[noreturn]] void throw_lossy_value(std::string_view value, std::string_view expected, const ColumnPlace& place);

}  // namespace costmill
