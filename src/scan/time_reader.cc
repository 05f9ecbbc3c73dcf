#include "scan/column_readers.h"
#include "scan/column_types.h"
#include "scan/level_reader.h"
#include "scan/timestamps.h"

namespace costmill {
namespace {

template <typename DType, typename Convert>
class ConvertingTimeReader final : public TimeReader {
 public:
  ConvertingTimeReader(std::shared_ptr<parquet::ColumnReader> reader, ColumnPlace place, Convert convert)
      : levels_(std::move(reader), std::move(place)), convert_(std::move(convert)) {}

  void read(std::size_t rows, std::vector<std::int64_t>& out_ms) override {
    out_ms.resize(rows);
    for (std::size_t done = 0; done < rows;) {
      const std::size_t read = levels_.read_some(rows - done);
      const auto* values = levels_.values();
      for (std::size_t i = 0; i < read; ++i) out_ms[done + i] = levels_.is_valid(i) ? convert_(*values++, levels_.place()) : kNullTime;
      done += read;
    }
  }

 private:
  LevelReader<DType> levels_;
  Convert convert_;
};

template <typename DType, typename Convert>
std::unique_ptr<TimeReader> make_converting(parquet::RowGroupReader& row_group, int column, ColumnPlace place, Convert convert) {
  return std::make_unique<ConvertingTimeReader<DType, Convert>>(row_group.Column(column), std::move(place), std::move(convert));
}

std::int64_t from_text(const parquet::ByteArray& bytes, const ColumnPlace& place) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.ptr), bytes.len);
  const auto ms = parse_timestamp_ms(text);
  if (!ms) throw_lossy_value(fmt::format("{:?}", text.substr(0, 40)), "timestamp", place);
  return *ms;
}

}  // namespace

std::unique_ptr<TimeReader> make_time_reader(parquet::RowGroupReader& row_group, int column, ColumnPlace place) {
  const parquet::ColumnDescriptor& type = *row_group.metadata()->schema()->Column(column);
  require_flat(type, place);
  if (is_null_type(type)) return nullptr;
  if (const auto unit = timestamp_unit(type)) {
    return make_converting<parquet::Int64Type>(row_group, column, std::move(place),
                                               [unit = *unit](std::int64_t v, const ColumnPlace&) { return to_ms(v, unit); });
  }
  const auto& logical = type.logical_type();
  if (type.physical_type() == parquet::Type::INT96) {
    return make_converting<parquet::Int96Type>(row_group, column, std::move(place),
                                               [](const parquet::Int96& v, const ColumnPlace&) { return to_ms(v); });
  }
  if (type.physical_type() == parquet::Type::INT32 && logical != nullptr && logical->is_date()) {
    return make_converting<parquet::Int32Type>(row_group, column, std::move(place),
                                               [](std::int32_t v, const ColumnPlace&) { return v * kMillisecondsPerDay; });
  }
  if (is_text_type(type)) return make_converting<parquet::ByteArrayType>(row_group, column, std::move(place), from_text);
  throw_wrong_type(type, "a timestamp", place);
}

}  // namespace costmill
