#include "scan/footer_bytes.h"

#include <fmt/format.h>
#include <parquet/exception.h>

#include <algorithm>
#include <vector>

namespace costmill {
namespace {

// Parquet's own structures nest eight deep; a schema of flat columns has one level, and readers recurse over it.
constexpr int kMostStructDepth = 24;
constexpr int kMostSchemaDepth = 64;

// Thrift's compact protocol.
enum Type : std::uint8_t { kStop, kTrue, kFalse, kByte, kI16, kI32, kI64, kDouble, kBinary, kList, kSet, kMap, kStruct, kUuid };

class Walk {
 public:
  explicit Walk(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  FooterShape file_metadata() {
    constexpr int kSchema = 2;
    each_field([&](int field, std::uint8_t type) {
      if (field == kSchema && type == kList) {
        schema();
      } else {
        skip(type, 1);
      }
    });
    return shape_;
  }

 private:
  [[noreturn]] static void fail(const std::string& what) { throw parquet::ParquetException("the footer " + what); }

  std::uint8_t byte() {
    if (bytes_.empty()) fail("ends within a structure");
    const std::uint8_t value = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return value;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7FU) << shift;
      if ((next & 0x80U) == 0) return value;
    }
    fail("holds a number of more than 64 bits");
  }

  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
  }

  void skip_bytes(std::uint64_t count) {
    if (count > bytes_.size()) fail(fmt::format("claims {} bytes where {} are left", count, bytes_.size()));
    bytes_ = bytes_.subspan(count);
  }

  // Every element takes a byte at least.
  std::uint64_t counted(std::uint64_t count) const {
    if (count > bytes_.size()) fail(fmt::format("claims {} elements where {} bytes are left", count, bytes_.size()));
    return count;
  }

  template <typename Visit>
  void each_field(const Visit& visit) {
    ++shape_.structs;
    std::int64_t field = 0;
    while (true) {
      const std::uint8_t header = byte();
      const std::uint8_t type = header & 0xFU;
      if (type == kStop) return;
      const int delta = header >> 4U;
      field = delta != 0 ? field + delta : zigzag();
      if (field < INT16_MIN || field > INT16_MAX) fail("numbers a field beyond 16 bits");
      visit(static_cast<int>(field), type);
    }
  }

  std::pair<std::uint64_t, std::uint8_t> list_header() {
    const std::uint8_t header = byte();
    const std::uint64_t count = header >> 4U == 15 ? varint() : header >> 4U;
    return {counted(count), header & 0xFU};
  }

  void skip(std::uint8_t type, int depth) {
    if (depth > kMostStructDepth) fail(fmt::format("nests structures more than {} deep", kMostStructDepth));
    switch (type) {
      case kTrue:
      case kFalse: return;
      case kByte: return skip_bytes(1);
      case kI16:
      case kI32:
      case kI64: varint(); return;
      case kDouble: return skip_bytes(8);
      case kUuid: return skip_bytes(16);
      case kBinary: {
        const std::uint64_t size = varint();
        skip_bytes(size);
        shape_.text_bytes += static_cast<std::int64_t>(size);
        return;
      }
      case kList:
      case kSet: {
        const auto [count, element] = list_header();
        for (std::uint64_t i = 0; i < count; ++i) skip_element(element, depth + 1);
        return;
      }
      case kMap: {
        const std::uint64_t count = counted(varint());
        const std::uint8_t types = count == 0 ? std::uint8_t{0} : byte();
        for (std::uint64_t i = 0; i < count; ++i) {
          skip_element(types >> 4U, depth + 1);
          skip_element(types & 0xFU, depth + 1);
        }
        return;
      }
      case kStruct: return each_field([&](int, std::uint8_t inner) { skip(inner, depth + 1); });
      default: fail(fmt::format("holds a value of the unknown type {}", type));
    }
  }

  // In a list a truth value takes a byte, too.
  void skip_element(std::uint8_t type, int depth) { skip(type == kTrue || type == kFalse ? std::uint8_t{kByte} : type, depth); }

  // The schema is a list of nodes, each followed by its children.
  void schema() {
    constexpr int kChildren = 5;
    const auto [count, type] = list_header();
    if (type != kStruct) fail("has a schema that is no list of nodes");
    std::vector<std::int64_t> missing;  // children of each open node
    for (std::uint64_t i = 0; i < count; ++i) {
      std::int64_t children = 0;
      each_field([&](int field, std::uint8_t inner) {
        if (field == kChildren && inner == kI32) {
          children = zigzag();
        } else {
          skip(inner, 2);
        }
      });
      if (children < 0 || static_cast<std::uint64_t>(children) > count) fail(fmt::format("has a schema node of {} children", children));
      if (!missing.empty()) --missing.back();
      if (children > 0) missing.push_back(children);
      shape_.schema_depth = std::max(shape_.schema_depth, static_cast<int>(missing.size()));
      if (shape_.schema_depth > kMostSchemaDepth) fail(fmt::format("has a schema of more than {} levels", kMostSchemaDepth));
      while (!missing.empty() && missing.back() == 0) missing.pop_back();
    }
    if (!missing.empty()) fail("has a schema that lacks nodes");
  }

  std::span<const std::uint8_t> bytes_;
  FooterShape shape_;
};

}  // namespace

FooterShape shape_of_footer(std::span<const std::uint8_t> thrift) { return Walk(thrift).file_metadata(); }

}  // namespace costmill
