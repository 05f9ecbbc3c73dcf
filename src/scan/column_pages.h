// The data pages of one flat column of a row group: which rows are NULL, and where the encoded values lie.
#pragma once

#include <parquet/column_page.h>
#include <parquet/file_reader.h>
#include <parquet/statistics.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "scan/hybrid_decoder.h"
#include "scan/scratch.h"

namespace costmill {

// Where a column comes from, for messages.
struct ColumnPlace {
  std::string file;
  int row_group = 0;
  std::string column;
};

// A column of a row group that is to be decoded. The row group outlives the decoder.
struct ColumnSource {
  parquet::RowGroupReader& row_group;
  int column = 0;
  ColumnPlace place;
  arrow::MemoryPool* pool = nullptr;  // of working memory

  const parquet::ColumnDescriptor& type() const { return *row_group.metadata()->schema()->Column(column); }
};

// `what` is in the row group: "ends before its last row".
[[noreturn]] void throw_damaged(const ColumnPlace& place, std::string_view what);

// Bytes are not trusted: counts and lengths are checked against the page and the row group. Errors: kCorrupt.
class ColumnPages {
 public:
  explicit ColumnPages(const ColumnSource& source);

  enum class Event { kSamePage, kNewPage, kDictionary };

  // Goes on to what comes next; kSamePage while the data page at work has rows left.
  Event advance();

  // The page: all of a dictionary, or of a data page what follows the levels.
  std::span<const std::uint8_t> values() const { return values_; }
  parquet::Encoding::type encoding() const { return encoding_; }
  std::size_t dictionary_size() const { return dictionary_size_; }
  // Of the data page, not taken yet.
  std::size_t rows() const { return rows_; }

  // Takes `rows` <= rows() rows of the data page. Returns how many are not NULL; unless that is all, valid[] tells which.
  std::size_t take_rows(std::size_t rows, std::uint8_t* valid);

  // After the last row: pages and NULLs must be as many as the footer says.
  void finish();

  const ColumnPlace& place() const { return place_; }
  // Of the row group; null: none.
  const parquet::Statistics* statistics() const { return statistics_.get(); }

 private:
  void begin_dictionary(const parquet::DictionaryPage& page);
  std::size_t take_levels(std::size_t rows, std::uint8_t* valid);
  void end_page();
  void begin_data_page(const parquet::DataPage& page, std::span<const std::uint8_t> bytes);
  void begin_levels(parquet::Encoding::type encoding, std::span<const std::uint8_t>& bytes);
  std::span<const std::uint8_t> take(std::span<const std::uint8_t>& bytes, std::int64_t size) const;

  std::unique_ptr<parquet::PageReader> pages_;
  std::shared_ptr<parquet::Page> page_;  // owns the bytes
  bool nullable_;
  std::size_t rows_behind_;  // of the row group, behind the page at work
  ColumnPlace place_;
  std::shared_ptr<parquet::Statistics> statistics_;
  std::span<const std::uint8_t> values_;
  parquet::Encoding::type encoding_ = parquet::Encoding::UNKNOWN;
  std::size_t dictionary_size_ = 0;
  std::size_t rows_ = 0;  // of the page, not taken yet
  bool has_dictionary_ = false;
  std::int64_t data_pages_ = 0;
  std::int64_t nulls_ = 0;                    // taken
  std::optional<std::int64_t> nulls_at_end_;  // of the page, as its header says
  std::int64_t data_pages_in_footer_ = 0;     // 0: it says nothing
  HybridDecoder levels_;
  std::span<const std::uint8_t> packed_levels_;  // of the old encoding BIT_PACKED
  std::size_t next_packed_level_ = 0;
  Scratch<std::uint32_t> level_batch_;
};

}  // namespace costmill
