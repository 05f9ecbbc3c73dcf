// The bytes of a footer, looked at before Parquet's own reader builds anything out of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace costmill {

// What a footer claims to hold.
struct FooterShape {
  std::int64_t structs = 0;
  std::int64_t text_bytes = 0;
  int schema_depth = 0;

  // Of the footer once it is read: an upper bound for structures of Koku's kind, by measurement.
  std::int64_t memory_bytes() const { return structs * 512 + 2 * text_bytes; }
};

// Walks the Thrift structure without building it: no count is believed that has no bytes behind it, nesting is bounded.
// Throws parquet::ParquetException, which says what is wrong.
FooterShape shape_of_footer(std::span<const std::uint8_t> thrift);

}  // namespace costmill
