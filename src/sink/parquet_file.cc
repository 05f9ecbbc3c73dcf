#include "sink/parquet_file.h"

#include <arrow/buffer.h>
#include <parquet/arrow/schema.h>
#include <parquet/column_page.h>
#include <parquet/column_writer.h>
#include <parquet/exception.h>
#include <parquet/file_writer.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include "sink/hybrid_encoder.h"
#include "sink/parquet_columns.h"
#include "sink/parquet_form.h"

namespace costmill {
namespace {

constexpr std::string_view kMagic = "PAR1";

// Measured usage: its digits are as good as random.
bool is_incompressible(Column column) {
  return column == Column::kPodUsageCpuCoreHours || column == Column::kPodUsageMemoryGigabyteHours ||
         column == Column::kPodEffectiveUsageCpuCoreHours || column == Column::kPodEffectiveUsageMemoryGigabyteHours;
}

std::shared_ptr<parquet::WriterProperties> writer_properties(arrow::MemoryPool* pool) {
  parquet::WriterProperties::Builder builder;
  builder.memory_pool(pool)
      ->version(parquet::ParquetVersion::PARQUET_2_6)
      ->compression(arrow::Compression::SNAPPY)
      ->compression("uuid", arrow::Compression::UNCOMPRESSED);
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (is_incompressible(static_cast<Column>(c))) builder.compression(std::string(kColumns[c].name), arrow::Compression::UNCOMPRESSED);
  }
  return builder.build();
}

class ParquetWriter {
 public:
  ParquetWriter(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool, const std::shared_ptr<arrow::io::OutputStream>& out,
                ParquetLimits limits)
      : day_(day),
        pool_(pool),
        out_(out),
        limits_(limits),
        properties_(writer_properties(pool)),
        page_(pool),
        columns_(day, numeric, pool) {
    for (TextId id = 0; id < day.texts.size(); ++id) text_bytes_ += day.texts[id].size();
    PARQUET_THROW_NOT_OK(parquet::arrow::ToParquetSchema(parquet_schema(numeric).get(), *properties_, &schema_));
    file_ = parquet::FileMetaDataBuilder::Make(schema_.get(), properties_);
  }

  void write() {
    PARQUET_THROW_NOT_OK(out_->Write(kMagic));
    for (std::size_t first = 0; first < day_.rows.size();) {
      const std::size_t count = rows_of_group(first);
      write_row_group(first, count);
      first += count;
    }
    const auto metadata = file_->Finish();
    check(*metadata);
    parquet::WriteFileMetaData(*metadata, out_.get());
  }

 private:
  std::size_t rows_of_group(std::size_t first) const {
    const std::size_t most = std::min(limits_.rows, day_.rows.size() - first);
    if (text_bytes_ <= limits_.text_bytes) return most;
    std::size_t bytes = 0;
    for (std::size_t count = 0; count < most; ++count) {
      for (std::size_t c = 0; c < kColumns.size(); ++c) {
        if (const auto text = text_member(static_cast<Column>(c)); text != nullptr)
          bytes += day_.text(day_.rows[first + count].*text).value_or("").size();
      }
      if (bytes > limits_.text_bytes) return std::max<std::size_t>(count, 1);
    }
    return most;
  }

  void write_row_group(std::size_t first, std::size_t count) {
    columns_.fill(first, count);
    parquet::RowGroupMetaDataBuilder* const group = file_->AppendRowGroup();
    group->set_num_rows(static_cast<std::int64_t>(count));
    std::int64_t bytes = 0;
    for (int c = 0; c < schema_->num_columns(); ++c) bytes += write_column(c, *group->NextColumnChunk());
    group->Finish(bytes, row_groups_++);
  }

  // Returns the uncompressed bytes.
  std::int64_t write_column(int c, parquet::ColumnChunkMetaDataBuilder& metadata) {
    const ParquetColumn& column = columns_.columns()[static_cast<std::size_t>(c)];
    const parquet::ColumnDescriptor& descriptor = *schema_->Column(c);
    codecs_.push_back(properties_->compression(descriptor.path()));
    const auto pages = parquet::PageWriter::Open(out_, codecs_.back(), &metadata, row_groups_, static_cast<std::int16_t>(c), pool_,
                                                 /*buffered_row_group=*/false, nullptr, nullptr,
                                                 /*page_write_checksum_enabled=*/true);
    const auto count = static_cast<std::int32_t>(column.levels.size());
    const bool has_dictionary = column.distinct > 0;
    std::int64_t bytes = 0;
    if (has_dictionary) {
      bytes += pages->WriteDictionaryPage({buffer_of(column.values), static_cast<std::int32_t>(column.distinct), parquet::Encoding::PLAIN});
    }
    lay_out_page(column, descriptor.max_definition_level() > 0);
    std::shared_ptr<arrow::Buffer> stored = buffer_of(page_);
    if (pages->has_compressor()) {
      std::shared_ptr<arrow::ResizableBuffer> compressed;
      PARQUET_ASSIGN_OR_THROW(compressed, arrow::AllocateResizableBuffer(0, pool_));
      pages->Compress(*stored, compressed.get());
      stored = std::move(compressed);
    }
    const auto encoding = has_dictionary ? parquet::Encoding::RLE_DICTIONARY : parquet::Encoding::PLAIN;
    bytes += pages->WriteDataPage(parquet::DataPageV1(stored, count, encoding, parquet::Encoding::RLE, parquet::Encoding::RLE,
                                                      static_cast<std::int64_t>(page_.size())));
    if (descriptor.name() == def_of(Column::kUsageStart).name) metadata.SetStatistics(statistics_of_day());
    pages->Close(has_dictionary, /*fallback=*/false);
    return bytes;
  }

  // Arrow looks up a column's properties by a name that it builds with iostreams, and they swallow what operator new throws: where memory
  // is short, a file would say another codec than its pages have.
  void check(const parquet::FileMetaData& metadata) const {
    for (int group = 0; group < metadata.num_row_groups(); ++group) {
      const auto columns = metadata.RowGroup(group);
      for (int c = 0; c < columns->num_columns(); ++c) {
        const auto column = columns->ColumnChunk(c);
        const std::size_t at =
            static_cast<std::size_t>(group) * static_cast<std::size_t>(columns->num_columns()) + static_cast<std::size_t>(c);
        const bool is_named = column->path_in_schema()->ToDotString() == schema_->Column(c)->name();
        if (!is_named || column->compression() != codecs_[at]) throw std::bad_alloc();
      }
    }
  }

  // Levels and values of a data page, as they are before compression.
  void lay_out_page(const ParquetColumn& column, bool is_nullable) {
    page_.clear();
    if (is_nullable) {
      page_.resize(sizeof(std::uint32_t));
      append_hybrid(page_, column.levels.span(), 1);
      const auto levels_bytes = static_cast<std::uint32_t>(page_.size() - sizeof(std::uint32_t));
      std::memcpy(page_.data(), &levels_bytes, sizeof levels_bytes);
    }
    if (column.distinct > 0) {
      const int bit_width = hybrid_bit_width(column.distinct);
      page_.push_back(static_cast<std::uint8_t>(bit_width));
      append_hybrid(page_, column.codes.span(), bit_width);
    } else if (!column.is_coded) {
      page_.append(column.values.span());
    }
  }

  // For readers that look for days in many files. Other columns of one day and cluster would exclude little, and label texts are long.
  parquet::EncodedStatistics statistics_of_day() const {
    const std::string day(reinterpret_cast<const char*>(&day_.day.number), sizeof day_.day.number);
    parquet::EncodedStatistics statistics;
    statistics.set_min(day);
    statistics.set_max(day);
    statistics.set_null_count(0);
    statistics.set_is_signed(true);
    return statistics;
  }

  static std::shared_ptr<arrow::Buffer> buffer_of(const PoolVector<std::uint8_t>& bytes) {
    return std::make_shared<arrow::Buffer>(bytes.data(), static_cast<std::int64_t>(bytes.size()));
  }

  const DayRows& day_;
  arrow::MemoryPool* const pool_;
  const std::shared_ptr<arrow::io::OutputStream> out_;
  const ParquetLimits limits_;
  const std::shared_ptr<parquet::WriterProperties> properties_;
  std::shared_ptr<parquet::SchemaDescriptor> schema_;
  std::unique_ptr<parquet::FileMetaDataBuilder> file_;
  PoolVector<std::uint8_t> page_;
  ParquetColumns columns_;
  std::size_t text_bytes_ = 0;                      // of all distinct texts of the day
  std::vector<parquet::Compression::type> codecs_;  // by row group and column
  std::int16_t row_groups_ = 0;
};

}  // namespace

void write_parquet(const DayRows& day, NumericOutput numeric, arrow::MemoryPool* pool, const std::shared_ptr<arrow::io::OutputStream>& out,
                   ParquetLimits limits) {
  ParquetWriter(day, numeric, pool, out, limits).write();
}

}  // namespace costmill
