#include "scan/column_readers.h"
#include "scan/column_types.h"
#include "scan/page_decoder.h"
#include "scan/timestamps.h"

namespace costmill {
namespace {

template <typename DType, typename Convert>
class ConvertingTimeReader final : public TimeReader {
 public:
  ConvertingTimeReader(const ColumnSource& source, Convert convert)
      : decoder_(source, kNullTime, std::move(convert)), valid_(source.pool) {}

  void read(std::size_t rows, std::vector<std::int64_t>& out_ms) override {
    out_ms.resize(rows);
    decoder_.read(rows, out_ms.data(), valid_.reserve(rows));
  }
  void finish() override { decoder_.finish(); }

 private:
  PageDecoder<DType, std::int64_t, Convert> decoder_;
  Scratch<std::uint8_t> valid_;
};

template <typename DType, typename Convert>
std::unique_ptr<TimeReader> make_time_converting(const ColumnSource& source, Convert convert) {
  return std::make_unique<ConvertingTimeReader<DType, Convert>>(source, std::move(convert));
}

std::int64_t from_text(const parquet::ByteArray& bytes, const ColumnPlace& place) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.ptr), bytes.len);
  const auto ms = parse_timestamp_ms(text);
  if (!ms) throw_lossy_value(fmt::format("{:?}", text.substr(0, 40)), "timestamp", place);
  return *ms;
}

}  // namespace

std::unique_ptr<TimeReader> make_time_reader(const ColumnSource& source) {
  const parquet::ColumnDescriptor& type = source.type();
  require_flat(type, source.place);
  if (is_null_type(type)) {
    require_only_nulls(source);
    return nullptr;
  }
  if (const auto unit = timestamp_unit(type)) {
    return make_time_converting<parquet::Int64Type>(source, [unit = *unit](std::int64_t v, const ColumnPlace&) { return to_ms(v, unit); });
  }
  const auto& logical = type.logical_type();
  if (type.physical_type() == parquet::Type::INT96) {
    return make_time_converting<parquet::Int96Type>(source, [](const parquet::Int96& v, const ColumnPlace&) { return to_ms(v); });
  }
  if (type.physical_type() == parquet::Type::INT32 && logical != nullptr && logical->is_date()) {
    return make_time_converting<parquet::Int32Type>(source, [](std::int32_t v, const ColumnPlace&) { return v * kMillisecondsPerDay; });
  }
  if (is_text_type(type)) return make_time_converting<parquet::ByteArrayType>(source, from_text);
  throw_wrong_type(type, "a timestamp", source.place);
}

}  // namespace costmill
