#include "scan/column_readers.h"

namespace costmill {
namespace {

template <typename DType>
class Discarding final : public DiscardingReader {
 public:
  explicit Discarding(std::shared_ptr<parquet::ColumnReader> reader)
      : reader_(std::static_pointer_cast<parquet::TypedColumnReader<DType>>(std::move(reader))) {}

  void read(std::size_t rows) override {
    values_.resize(rows);
    definition_levels_.resize(rows);
    repetition_levels_.resize(rows);
    for (std::size_t done = 0; done < rows && reader_->HasNext();) {
      std::int64_t values_read = 0;
      const std::int64_t read = reader_->ReadBatch(static_cast<std::int64_t>(rows - done), definition_levels_.data(),
                                                   repetition_levels_.data(), values_.data(), &values_read);
      if (read <= 0) return;
      done += static_cast<std::size_t>(read);
    }
  }

 private:
  std::shared_ptr<parquet::TypedColumnReader<DType>> reader_;
  std::vector<typename DType::c_type> values_;
  std::vector<std::int16_t> definition_levels_;
  std::vector<std::int16_t> repetition_levels_;
};

}  // namespace

std::unique_ptr<DiscardingReader> make_discarding_reader(parquet::RowGroupReader& row_group, int column) {
  auto reader = row_group.Column(column);
  switch (reader->type()) {
    case parquet::Type::INT32: return std::make_unique<Discarding<parquet::Int32Type>>(std::move(reader));
    case parquet::Type::INT64: return std::make_unique<Discarding<parquet::Int64Type>>(std::move(reader));
    case parquet::Type::INT96: return std::make_unique<Discarding<parquet::Int96Type>>(std::move(reader));
    case parquet::Type::FLOAT: return std::make_unique<Discarding<parquet::FloatType>>(std::move(reader));
    case parquet::Type::DOUBLE: return std::make_unique<Discarding<parquet::DoubleType>>(std::move(reader));
    case parquet::Type::BYTE_ARRAY: return std::make_unique<Discarding<parquet::ByteArrayType>>(std::move(reader));
    case parquet::Type::FIXED_LEN_BYTE_ARRAY: return std::make_unique<Discarding<parquet::FLBAType>>(std::move(reader));
    default: return nullptr;  // booleans are bit-packed: nothing worth decoding
  }
}

}  // namespace costmill
