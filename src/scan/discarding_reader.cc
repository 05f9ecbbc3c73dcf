#include "scan/column_readers.h"

namespace costmill {
namespace {

template <typename DType>
class Discarding final : public DiscardingReader {
 public:
  Discarding(std::shared_ptr<parquet::ColumnReader> reader, ColumnPlace place)
      : reader_(std::static_pointer_cast<parquet::TypedColumnReader<DType>>(std::move(reader))), place_(std::move(place)) {}

  void read(std::size_t rows) override {
    values_.resize(rows);
    definition_levels_.resize(rows);
    repetition_levels_.resize(rows);
    for (std::size_t done = 0; done < rows;) {  // of a nested column, levels: at least one a row
      if (!has_next()) throw_damaged(place_, "ends before its last row");
      std::int64_t values_read = 0;
      const std::int64_t read = reader_->ReadBatch(static_cast<std::int64_t>(rows - done), definition_levels_.data(),
                                                   repetition_levels_.data(), values_.data(), &values_read);
      if (read <= 0) throw_damaged(place_, "ends before its last row");
      done += static_cast<std::size_t>(read);
    }
  }

 private:
  // Arrow's reader takes a page without rows for the end, but goes on behind it when it is asked again.
  bool has_next() {
    constexpr int kMostEmptyPages = 1000;
    for (int i = 0; i <= kMostEmptyPages; ++i) {
      if (reader_->HasNext()) return true;
    }
    return false;
  }

  std::shared_ptr<parquet::TypedColumnReader<DType>> reader_;
  ColumnPlace place_;
  std::vector<typename DType::c_type> values_;
  std::vector<std::int16_t> definition_levels_;
  std::vector<std::int16_t> repetition_levels_;
};

}  // namespace

std::unique_ptr<DiscardingReader> make_discarding_reader(const ColumnSource& source) {
  auto reader = source.row_group.Column(source.column);
  switch (reader->type()) {
    case parquet::Type::INT32: return std::make_unique<Discarding<parquet::Int32Type>>(std::move(reader), source.place);
    case parquet::Type::INT64: return std::make_unique<Discarding<parquet::Int64Type>>(std::move(reader), source.place);
    case parquet::Type::INT96: return std::make_unique<Discarding<parquet::Int96Type>>(std::move(reader), source.place);
    case parquet::Type::FLOAT: return std::make_unique<Discarding<parquet::FloatType>>(std::move(reader), source.place);
    case parquet::Type::DOUBLE: return std::make_unique<Discarding<parquet::DoubleType>>(std::move(reader), source.place);
    case parquet::Type::BYTE_ARRAY: return std::make_unique<Discarding<parquet::ByteArrayType>>(std::move(reader), source.place);
    case parquet::Type::FIXED_LEN_BYTE_ARRAY: return std::make_unique<Discarding<parquet::FLBAType>>(std::move(reader), source.place);
    default: return nullptr;  // booleans are bit-packed: nothing worth decoding
  }
}

}  // namespace costmill
