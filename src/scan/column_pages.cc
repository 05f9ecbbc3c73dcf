#include "scan/column_pages.h"

#include <fmt/format.h>
#include <parquet/column_reader.h>

#include <algorithm>
#include <cstring>

#include "costmill/error.h"

namespace costmill {

void throw_damaged(const ColumnPlace& place, std::string_view what) {
  throw Error(
      ErrorCode::kCorrupt,
      fmt::format("{}, column {}: row group {} {}; write or upload the file again", place.file, place.column, place.row_group, what),
      {.file = place.file, .column = place.column});
}

ColumnPages::ColumnPages(const ColumnSource& source)
    : pages_(source.row_group.GetColumnPageReader(source.column)),
      nullable_(source.type().max_definition_level() > 0),
      rows_behind_(static_cast<std::size_t>(source.row_group.metadata()->num_rows())),
      place_(source.place),
      level_batch_(source.pool) {
  const auto chunk = source.row_group.metadata()->ColumnChunk(source.column);
  if (chunk->is_stats_set()) statistics_ = chunk->statistics();
  for (const parquet::PageEncodingStats& pages : chunk->encoding_stats()) {
    if (pages.page_type != parquet::PageType::DICTIONARY_PAGE) data_pages_in_footer_ += pages.count;
  }
}

ColumnPages::Event ColumnPages::advance() {
  if (rows_ > 0) return Event::kSamePage;
  while ((page_ = pages_->NextPage()) != nullptr) {
    const std::span<const std::uint8_t> bytes(page_->data(), static_cast<std::size_t>(page_->size()));
    if (page_->type() == parquet::PageType::DICTIONARY_PAGE) {
      begin_dictionary(static_cast<const parquet::DictionaryPage&>(*page_));
      values_ = bytes;
      return Event::kDictionary;
    }
    if (page_->type() != parquet::PageType::DATA_PAGE && page_->type() != parquet::PageType::DATA_PAGE_V2) continue;
    begin_data_page(static_cast<const parquet::DataPage&>(*page_), bytes);
    if (rows_ > 0) return Event::kNewPage;
  }
  throw_damaged(place_, "ends before its last row");
}

void ColumnPages::begin_dictionary(const parquet::DictionaryPage& page) {
  if (has_dictionary_ || data_pages_ > 0) throw_damaged(place_, "has a dictionary that does not come first");
  if (page.num_values() < 0) throw_damaged(place_, "has a dictionary of a negative size");
  has_dictionary_ = true;
  // Old writers name the dictionary's own encoding after the codes'.
  encoding_ = page.encoding() == parquet::Encoding::PLAIN_DICTIONARY ? parquet::Encoding::PLAIN : page.encoding();
  dictionary_size_ = static_cast<std::size_t>(page.num_values());
}

void ColumnPages::begin_data_page(const parquet::DataPage& page, std::span<const std::uint8_t> bytes) {
  if (page.num_values() < 0 || static_cast<std::size_t>(page.num_values()) > rows_behind_) {
    throw_damaged(place_, fmt::format("has a page of {} rows where {} are left", page.num_values(), rows_behind_));
  }
  rows_ = static_cast<std::size_t>(page.num_values());
  rows_behind_ -= rows_;
  ++data_pages_;
  nulls_at_end_ = std::nullopt;
  encoding_ = page.encoding();
  packed_levels_ = {};
  if (page.type() == parquet::PageType::DATA_PAGE_V2) {
    const auto& second = static_cast<const parquet::DataPageV2&>(page);
    if (second.num_rows() != page.num_values() || second.repetition_levels_byte_length() != 0) {
      throw_damaged(place_, fmt::format("has a page of {} values in {} rows", page.num_values(), second.num_rows()));
    }
    nulls_at_end_ = nulls_ + second.num_nulls();
    const auto levels = take(bytes, second.definition_levels_byte_length());
    if (nullable_) levels_ = HybridDecoder(levels, 1);
  } else if (nullable_) {
    begin_levels(static_cast<const parquet::DataPageV1&>(page).definition_level_encoding(), bytes);
  }
  values_ = bytes;
}

void ColumnPages::begin_levels(parquet::Encoding::type encoding, std::span<const std::uint8_t>& bytes) {
  if (encoding == parquet::Encoding::BIT_PACKED) {
    packed_levels_ = take(bytes, static_cast<std::int64_t>((rows_ + 7) / 8));
    next_packed_level_ = 0;
    return;
  }
  if (encoding != parquet::Encoding::RLE) throw_damaged(place_, "has levels of an unknown encoding");
  std::uint32_t size = 0;
  std::memcpy(&size, take(bytes, sizeof size).data(), sizeof size);
  levels_ = HybridDecoder(take(bytes, size), 1);
}

std::span<const std::uint8_t> ColumnPages::take(std::span<const std::uint8_t>& bytes, std::int64_t size) const {
  if (size < 0 || static_cast<std::size_t>(size) > bytes.size()) throw_damaged(place_, "has a page that ends within its levels");
  const auto taken = bytes.first(static_cast<std::size_t>(size));
  bytes = bytes.subspan(taken.size());
  return taken;
}

std::size_t ColumnPages::take_rows(std::size_t rows, std::uint8_t* valid) {
  rows_ -= rows;
  const std::size_t valid_rows = nullable_ ? take_levels(rows, valid) : rows;
  nulls_ += static_cast<std::int64_t>(rows - valid_rows);
  if (rows_ == 0) end_page();
  return valid_rows;
}

void ColumnPages::end_page() {
  if (nulls_at_end_ && *nulls_at_end_ != nulls_) throw_damaged(place_, "has a page with another number of NULLs than its header says");
  if (nullable_ && packed_levels_.empty() && levels_.has_more()) throw_damaged(place_, "has a page with more levels than rows");
}

void ColumnPages::finish() {
  if (rows_ > 0 || rows_behind_ > 0 || pages_->NextPage() != nullptr) throw_damaged(place_, "has more rows in a column than in all");
  if (data_pages_in_footer_ > data_pages_) {
    throw_damaged(place_, fmt::format("has its rows in {} pages where the footer counts {}", data_pages_, data_pages_in_footer_));
  }
  if (statistics_ != nullptr && statistics_->HasNullCount() && statistics_->null_count() != nulls_) {
    throw_damaged(place_, fmt::format("has {} NULLs where the footer counts {}", nulls_, statistics_->null_count()));
  }
}

std::size_t ColumnPages::take_levels(std::size_t rows, std::uint8_t* valid) {
  if (!packed_levels_.empty()) {
    std::size_t valid_rows = 0;
    for (std::size_t i = 0; i < rows; ++i, ++next_packed_level_) {
      valid[i] = packed_levels_[next_packed_level_ / 8] >> (7 - next_packed_level_ % 8) & 1;
      valid_rows += valid[i];
    }
    return valid_rows;
  }
  if (const auto level = levels_.take_repeated(rows)) {
    if (*level > 1) throw_damaged(place_, "has a level beyond its column's");
    if (*level == 1) return rows;
    std::fill_n(valid, rows, std::uint8_t{0});
    return 0;
  }
  std::uint32_t* const levels = level_batch_.reserve(rows);
  if (!levels_.read({levels, rows})) throw_damaged(place_, "has a page that ends within its levels");
  std::size_t valid_rows = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    valid[i] = static_cast<std::uint8_t>(levels[i] & 1U);
    valid_rows += valid[i];
  }
  return valid_rows;
}

}  // namespace costmill
