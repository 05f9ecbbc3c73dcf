#include <charconv>
#include <cmath>
#include <cstring>

#include "scan/column_readers.h"
#include "scan/column_types.h"
#include "scan/level_reader.h"

namespace costmill {
namespace {

// A converter takes one stored value to a double, or throws.
template <typename DType, typename Convert>
class ConvertingReader final : public NumberReader {
 public:
  ConvertingReader(std::shared_ptr<parquet::ColumnReader> reader, ColumnPlace place, Convert convert)
      : levels_(std::move(reader), std::move(place)), convert_(std::move(convert)) {}

  void read(std::size_t rows, NumberColumn& out) override {
    out.values.resize(rows);
    out.valid.assign(rows, 1);
    out.has_nulls = false;
    for (std::size_t done = 0; done < rows;) {
      const std::size_t read = levels_.read_some(rows - done);
      const auto* values = levels_.values();
      if (!levels_.has_nulls()) {
        for (std::size_t i = 0; i < read; ++i) out.values[done + i] = convert_(values[i], levels_.place());
      } else {
        out.has_nulls = true;
        for (std::size_t i = 0; i < read; ++i) {
          const bool valid = levels_.is_valid(i);
          out.valid[done + i] = valid ? 1 : 0;
          out.values[done + i] = valid ? convert_(*values++, levels_.place()) : 0.0;
        }
      }
      done += read;
    }
  }

 private:
  LevelReader<DType> levels_;
  Convert convert_;
};

template <typename DType, typename Convert>
std::unique_ptr<NumberReader> make_converting(parquet::RowGroupReader& row_group, int column, ColumnPlace place, Convert convert) {
  return std::make_unique<ConvertingReader<DType, Convert>>(row_group.Column(column), std::move(place), std::move(convert));
}

template <typename Integer>
double from_integer(Integer value, const ColumnPlace& place) {
  const auto number = static_cast<double>(value);
  // The bound keeps the cast back defined: 2^63 (2^64) itself is outside of the type.
  constexpr double kBound = std::is_unsigned_v<Integer> ? 0x1p64 : 0x1p63;
  if (number >= kBound || static_cast<Integer>(number) != value) throw_lossy_value(fmt::format("{}", value), "double", place);
  return number;
}

// A decimal of up to 15 digits and its nearest double determine each other; longer ones may lose digits.
double from_decimal(__int128 unscaled, int scale, const ColumnPlace& place) {
  while (unscaled != 0 && unscaled % 10 == 0 && scale > 0) {
    unscaled /= 10;
    --scale;
  }
  const std::string digits =
      unscaled > INT64_MAX || unscaled < INT64_MIN ? "of more than 18 digits" : fmt::format("{}", static_cast<std::int64_t>(unscaled));
  constexpr std::int64_t kLimit = 1'000'000'000'000'000;
  if (unscaled >= kLimit || unscaled <= -kLimit) throw_lossy_value(fmt::format("{}E-{}", digits, scale), "double", place);
  const std::string text = fmt::format("{}e-{}", digits, scale);
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

__int128 from_big_endian(const std::uint8_t* bytes, std::size_t size) {
  __int128 value = size > 0 && (bytes[0] & 0x80U) != 0 ? -1 : 0;
  for (std::size_t i = 0; i < size; ++i) value = static_cast<__int128>(static_cast<unsigned __int128>(value) << 8U | bytes[i]);
  return value;
}

double from_half(const std::uint8_t* little_endian) {
  const auto bits = static_cast<std::uint16_t>(little_endian[0] | little_endian[1] << 8);
  const int exponent = bits >> 10 & 0x1F;
  const int mantissa = bits & 0x3FF;
  double magnitude = 0;
  if (exponent == 0x1F) {
    magnitude = mantissa == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else {
    magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

constexpr std::size_t kLargestDecimalBytes = 16;

std::unique_ptr<NumberReader> make_decimal_reader(parquet::RowGroupReader& row_group, int column, const parquet::ColumnDescriptor& type,
                                                  int scale, ColumnPlace place) {
  switch (type.physical_type()) {
    case parquet::Type::INT32:
      return make_converting<parquet::Int32Type>(row_group, column, std::move(place),
                                                 [scale](std::int32_t v, const ColumnPlace& p) { return from_decimal(v, scale, p); });
    case parquet::Type::INT64:
      return make_converting<parquet::Int64Type>(row_group, column, std::move(place),
                                                 [scale](std::int64_t v, const ColumnPlace& p) { return from_decimal(v, scale, p); });
    case parquet::Type::BYTE_ARRAY:
      return make_converting<parquet::ByteArrayType>(row_group, column, std::move(place),
                                                     [scale](const parquet::ByteArray& v, const ColumnPlace& p) {
                                                       if (v.len > kLargestDecimalBytes)
                                                         throw_lossy_value("of more than 38 digits", "double", p);
                                                       return from_decimal(from_big_endian(v.ptr, v.len), scale, p);
                                                     });
    case parquet::Type::FIXED_LEN_BYTE_ARRAY: {
      const auto bytes = static_cast<std::size_t>(type.type_length());
      if (bytes > kLargestDecimalBytes) throw_wrong_type(type, "a number of at most 38 digits", place);
      return make_converting<parquet::FLBAType>(row_group, column, std::move(place),
                                                [scale, bytes](const parquet::FixedLenByteArray& v, const ColumnPlace& p) {
                                                  return from_decimal(from_big_endian(v.ptr, bytes), scale, p);
                                                });
    }
    default: throw_wrong_type(type, "a number", place);
  }
}

}  // namespace

std::unique_ptr<NumberReader> make_number_reader(parquet::RowGroupReader& row_group, int column, ColumnPlace place) {
  const parquet::ColumnDescriptor& type = *row_group.metadata()->schema()->Column(column);
  require_flat(type, place);
  if (is_null_type(type)) return nullptr;
  if (const auto scale = decimal_scale(type)) return make_decimal_reader(row_group, column, type, *scale, std::move(place));
  const auto& logical = type.logical_type();
  const bool is_plain = logical == nullptr || logical->is_none();
  const bool is_integer = is_plain || logical->is_int();
  const bool is_unsigned = logical != nullptr && logical->is_int() && !static_cast<const parquet::IntLogicalType&>(*logical).is_signed();
  switch (type.physical_type()) {
    case parquet::Type::DOUBLE:
      return make_converting<parquet::DoubleType>(row_group, column, std::move(place), [](double v, const ColumnPlace&) { return v; });
    case parquet::Type::FLOAT:
      return make_converting<parquet::FloatType>(row_group, column, std::move(place),
                                                 [](float v, const ColumnPlace&) { return static_cast<double>(v); });
    case parquet::Type::INT32:
      if (!is_integer) break;
      if (is_unsigned) {
        return make_converting<parquet::Int32Type>(row_group, column, std::move(place), [](std::int32_t v, const ColumnPlace&) {
          return static_cast<double>(static_cast<std::uint32_t>(v));
        });
      }
      return make_converting<parquet::Int32Type>(row_group, column, std::move(place),
                                                 [](std::int32_t v, const ColumnPlace&) { return static_cast<double>(v); });
    case parquet::Type::INT64:
      if (!is_integer) break;
      if (is_unsigned) {
        return make_converting<parquet::Int64Type>(row_group, column, std::move(place), [](std::int64_t v, const ColumnPlace& p) {
          return from_integer(static_cast<std::uint64_t>(v), p);
        });
      }
      return make_converting<parquet::Int64Type>(row_group, column, std::move(place),
                                                 [](std::int64_t v, const ColumnPlace& p) { return from_integer(v, p); });
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
      if (logical == nullptr || !logical->is_float16()) break;
      return make_converting<parquet::FLBAType>(row_group, column, std::move(place),
                                                [](const parquet::FixedLenByteArray& v, const ColumnPlace&) { return from_half(v.ptr); });
    default: break;
  }
  throw_wrong_type(type, "a number", place);
}

}  // namespace costmill
