// A chunk: a bounded run of rows of one table, texts as codes into a Texts, numbers with validity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/layout.h"
#include "texts/texts.h"

namespace costmill {

enum class Presence {
  kRequired,  // an error if no file of the table and month has the column
  kOptional,  // reads NULL then (docs/rules.md, deliberate difference 3)
};

struct ColumnSpec {
  std::string_view name;
  Presence presence;
};

// The columns that the rules read of a kind of table. Positions are the enumerators below.
struct TableSchema {
  std::span<const ColumnSpec> texts;
  std::span<const ColumnSpec> numbers;
};

// Which of a schema's columns a scan decodes, one bit a position; the others hold nothing in the chunk.
struct WantedColumns {
  std::uint32_t texts = 0;
  std::uint32_t numbers = 0;
  std::uint32_t known_texts = 0;  // of `texts`: only those that Texts has already; others read NULL

  WantedColumns operator|(WantedColumns other) const {
    return {texts | other.texts, numbers | other.numbers, known_texts | other.known_texts};
  }
  bool text(std::size_t position) const { return (texts >> position & 1U) != 0; }
  bool only_known_text(std::size_t position) const { return (known_texts >> position & 1U) != 0; }
  bool number(std::size_t position) const { return (numbers >> position & 1U) != 0; }
};

inline constexpr std::string_view kIntervalStart = "interval_start";

namespace pod_columns {
enum Text { kNamespace, kNode, kPod, kResourceId, kPodLabels, kNodeRole, kTextCount };
enum Number {
  kUsageCpuCoreSeconds,
  kRequestCpuCoreSeconds,
  kEffectiveUsageCpuCoreSeconds,
  kLimitCpuCoreSeconds,
  kUsageMemoryByteSeconds,
  kRequestMemoryByteSeconds,
  kEffectiveUsageMemoryByteSeconds,
  kLimitMemoryByteSeconds,
  kNodeCapacityCpuCores,
  kNodeCapacityMemoryBytes,
  kNodeCapacityCpuCoreSeconds,
  kNodeCapacityMemoryByteSeconds,
  kNumberCount
};
}  // namespace pod_columns

namespace storage_columns {
enum Text {
  kNamespace,
  kPod,
  kPersistentvolumeclaim,
  kPersistentvolume,
  kStorageclass,
  kCsiVolumeHandle,
  kPersistentvolumeLabels,
  kPersistentvolumeclaimLabels,
  kTextCount
};
enum Number { kCapacityBytes, kCapacityByteSeconds, kRequestByteSeconds, kUsageByteSeconds, kNumberCount };
}  // namespace storage_columns

namespace label_columns {
enum Text { kSubject, kLabels, kTextCount };  // the subject is a node or a namespace
}  // namespace label_columns

const TableSchema& schema_of(Table table);

inline constexpr std::int64_t kNullTime = std::numeric_limits<std::int64_t>::min();

struct NumberColumn {
  std::vector<double> values;       // 0 where not valid
  std::vector<std::uint8_t> valid;  // 1: a value; unspecified unless has_nulls
  bool has_nulls = true;
  double least = -std::numeric_limits<double>::infinity();  // no value is smaller, or larger; a NaN leaves them infinite
  double largest = std::numeric_limits<double>::infinity();

  bool is_valid(std::size_t row) const { return !has_nulls || valid[row] != 0; }
  // All lie within -limit and limit, both excluded, as far as the bounds tell.
  bool surely_within(double limit) const { return -limit < least && largest < limit; }
  void forget_bounds() {
    least = -std::numeric_limits<double>::infinity();
    largest = std::numeric_limits<double>::infinity();
  }
};

// Rows [begin, end) of a chunk.
struct RowRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - begin; }
};

struct Chunk {
  std::size_t rows = 0;
  std::uint64_t first_row = 0;                  // number of the first row within its file, from 0
  std::vector<std::int64_t> interval_start_ms;  // since 1970-01-01 UTC; kNullTime is NULL
  std::vector<std::vector<TextId>> texts;       // by position of the schema; kNullText is NULL
  std::vector<NumberColumn> numbers;
};

}  // namespace costmill
