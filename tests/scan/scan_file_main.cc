// Decodes every flat column of a Parquet file by its physical type and prints one line a column: what came out, or the error.
//
// Nested columns, and afterwards the flat ones too, are read and thrown away, as with performance.column_filtering: false.
//
//   scan_file DIR PATH LIMIT_MIB    name, physical type, rows, NULLs, CRC-32 of the values (tests/integration/parquet_testing_test.py makes
//   the same)
#include <fmt/format.h>
#include <parquet/column_reader.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <exception>

#include "memory/memory.h"
#include "scan/column_readers.h"
#include "scan/page_decoder.h"
#include "scan/parquet_file.h"
#include "texts/texts.h"

namespace costmill {
namespace {

class Crc32 {
 public:
  void add(const void* data, std::size_t size) {
    const auto* const bytes = static_cast<const std::uint8_t*>(data);
    for (std::size_t i = 0; i < size; ++i) {
      state_ ^= bytes[i];
      for (int bit = 0; bit < 8; ++bit) state_ = state_ >> 1U ^ ((state_ & 1U) != 0 ? 0xEDB8'8320U : 0U);
    }
  }
  std::uint32_t value() const { return ~state_; }

 private:
  std::uint32_t state_ = 0xFFFF'FFFFU;
};

struct Totals {
  std::int64_t rows = 0;
  std::int64_t nulls = 0;
  Crc32 crc;
};

// Each value as the bytes that are stored, interned.
template <typename DType>
void decode_column(const ColumnSource& source, std::size_t rows, Totals& totals) {
  using Stored = typename DType::c_type;
  Texts texts;
  const auto length = static_cast<std::size_t>(std::max(source.type().type_length(), 0));
  const auto convert = [&](const Stored& stored, const ColumnPlace&) {
    if constexpr (std::is_same_v<Stored, parquet::ByteArray>) {
      return texts.intern({reinterpret_cast<const char*>(stored.ptr), stored.len});
    } else if constexpr (std::is_same_v<Stored, parquet::FixedLenByteArray>) {
      return texts.intern({reinterpret_cast<const char*>(stored.ptr), length});
    } else {
      return texts.intern({reinterpret_cast<const char*>(&stored), sizeof stored});
    }
  };
  PageDecoder<DType, TextId, decltype(convert)> decoder(source, kNullText, convert);
  constexpr std::size_t kBatch = 1000;
  std::array<TextId, kBatch> ids{};
  std::array<std::uint8_t, kBatch> valid{};
  for (std::size_t done = 0; done < rows;) {
    const std::size_t batch = std::min(kBatch, rows - done);
    decoder.read(batch, ids.data(), valid.data());
    for (std::size_t i = 0; i < batch; ++i) {
      const std::uint8_t present = ids[i] != kNullText ? 1 : 0;
      totals.crc.add(&present, 1);
      ++totals.rows;
      if (present == 0) {
        ++totals.nulls;
        continue;
      }
      const std::string_view value = texts[ids[i]];
      if (std::is_same_v<Stored, parquet::ByteArray>) {
        const auto size = static_cast<std::uint32_t>(value.size());
        totals.crc.add(&size, sizeof size);
      }
      totals.crc.add(value.data(), value.size());
    }
    done += batch;
  }
  decoder.finish();
}

void decode_column(const ColumnSource& source, std::size_t rows, Totals& totals) {
  switch (source.type().physical_type()) {
    case parquet::Type::INT32: return decode_column<parquet::Int32Type>(source, rows, totals);
    case parquet::Type::INT64: return decode_column<parquet::Int64Type>(source, rows, totals);
    case parquet::Type::INT96: return decode_column<parquet::Int96Type>(source, rows, totals);
    case parquet::Type::FLOAT: return decode_column<parquet::FloatType>(source, rows, totals);
    case parquet::Type::DOUBLE: return decode_column<parquet::DoubleType>(source, rows, totals);
    case parquet::Type::BYTE_ARRAY: return decode_column<parquet::ByteArrayType>(source, rows, totals);
    case parquet::Type::FIXED_LEN_BYTE_ARRAY: return decode_column<parquet::FLBAType>(source, rows, totals);
    default: throw Error(ErrorCode::kBadInput, "its type is not read");
  }
}

void discard_column(const ColumnSource& source, std::size_t rows) {
  constexpr std::size_t kBatch = 1000;
  const auto reader = make_discarding_reader(source);
  for (std::size_t done = 0; reader && done < rows; done += kBatch) reader->read(std::min(kBatch, rows - done));
}

std::string outcome_of(parquet::ParquetFileReader& reader, const std::string& file, int column, arrow::MemoryPool* pool) {
  const parquet::ColumnDescriptor& type = *reader.metadata()->schema()->Column(column);
  const bool is_nested = type.max_repetition_level() > 0 || type.path()->ToDotVector().size() > 1;
  Totals totals;
  try {
    for (const bool discard : {false, true}) {
      for (int group = 0; group < reader.metadata()->num_row_groups(); ++group) {
        const auto row_group = reader.RowGroup(group);
        const ColumnSource source{*row_group, column, {file, group, type.name()}, pool};
        const auto rows = static_cast<std::size_t>(row_group->metadata()->num_rows());
        if (discard) {
          discard_column(source, rows);
        } else if (!is_nested) {
          decode_column(source, rows, totals);
        }
      }
    }
    if (is_nested) return "nested";
  } catch (...) {
    try {
      rethrow_parquet_error(file, "cannot be decoded", type.name());
    } catch (const Error& error) {
      return fmt::format("error\t{}", error.what());
    }
  }
  return fmt::format("{}\t{}\t{:08x}", totals.rows, totals.nulls, totals.crc.value());
}

int scan_file(const std::string& folder, const std::string& path, std::int64_t limit_mib) {
  MemoryBudget budget(limit_mib << 20);
  CappedPool pool(*arrow::system_memory_pool(), budget);
  const auto store = open_store("file:" + folder);
  for (const StoredFile& file : store->list_files("")) {
    if (file.path != path) continue;
    const auto reader = open_parquet(*store, file, {.pool = &pool});
    const parquet::SchemaDescriptor& schema = *reader->metadata()->schema();
    for (int i = 0; i < schema.num_columns(); ++i) {
      std::puts(fmt::format("{}\t{}\t{}", schema.Column(i)->path()->ToDotString(), parquet::TypeToString(schema.Column(i)->physical_type()),
                            outcome_of(*reader, path, i, &pool))
                    .c_str());
    }
    return 0;
  }
  std::fputs("no such file\n", stderr);
  return 2;
}

}  // namespace
}  // namespace costmill

int main(int count, char** arguments) {
  if (count != 4) return 2;
  try {
    return costmill::scan_file(arguments[1], arguments[2], std::stoll(arguments[3]));
  } catch (const costmill::Error& error) {
    std::puts(fmt::format("error\t{}", error.what()).c_str());
    return 3;
  }
}
