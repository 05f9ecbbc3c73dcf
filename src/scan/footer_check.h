// What a footer says of its row groups and columns must agree with itself and lie within the file.
#pragma once

#include <parquet/metadata.h>

#include <cstdint>
#include <string>

namespace costmill {

// Throws Error(kBadInput) for a file with encrypted parts, parquet::ParquetException for contradictions.
void check_metadata(const parquet::FileMetaData& metadata, const std::string& file, std::int64_t file_bytes);

[[noreturn]] void throw_encrypted(const std::string& file);

}  // namespace costmill
