#include <charconv>
#include <cmath>
#include <cstring>

#include "scan/column_readers.h"
#include "scan/column_types.h"
#include "scan/page_decoder.h"

namespace costmill {
namespace {

// A converter takes one stored value to a double, or throws.
template <typename DType, typename Convert>
class ConvertingReader final : public NumberReader {
 public:
  ConvertingReader(const ColumnSource& source, Convert convert) : decoder_(source, 0.0, std::move(convert)) {}

  void read(std::size_t rows, NumberColumn& out) override {
    out.values.resize(rows);
    out.valid.resize(rows);
    out.has_nulls = decoder_.read(rows, out.values.data(), out.valid.data());
  }
  void finish() override { decoder_.finish(); }

 private:
  PageDecoder<DType, double, Convert> decoder_;
};

template <typename DType, typename Convert>
std::unique_ptr<NumberReader> make_converting(const ColumnSource& source, Convert convert) {
  return std::make_unique<ConvertingReader<DType, Convert>>(source, std::move(convert));
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
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) throw_lossy_value(text, "double", place);
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

std::unique_ptr<NumberReader> make_decimal_reader(const ColumnSource& source, int scale) {
  const parquet::ColumnDescriptor& type = source.type();
  switch (type.physical_type()) {
    case parquet::Type::INT32:
      return make_converting<parquet::Int32Type>(source,
                                                 [scale](std::int32_t v, const ColumnPlace& p) { return from_decimal(v, scale, p); });
    case parquet::Type::INT64:
      return make_converting<parquet::Int64Type>(source,
                                                 [scale](std::int64_t v, const ColumnPlace& p) { return from_decimal(v, scale, p); });
    case parquet::Type::BYTE_ARRAY:
      return make_converting<parquet::ByteArrayType>(source, [scale](const parquet::ByteArray& v, const ColumnPlace& p) {
        if (v.len > kLargestDecimalBytes) throw_lossy_value("of more than 38 digits", "double", p);
        return from_decimal(from_big_endian(v.ptr, v.len), scale, p);
      });
    case parquet::Type::FIXED_LEN_BYTE_ARRAY: {
      const auto bytes = static_cast<std::size_t>(type.type_length());
      if (bytes > kLargestDecimalBytes) throw_wrong_type(type, "a number of at most 38 digits", source.place);
      return make_converting<parquet::FLBAType>(source, [scale, bytes](const parquet::FixedLenByteArray& v, const ColumnPlace& p) {
        return from_decimal(from_big_endian(v.ptr, bytes), scale, p);
      });
    }
    default: throw_wrong_type(type, "a number", source.place);
  }
}

}  // namespace

std::unique_ptr<NumberReader> make_number_reader(const ColumnSource& source) {
  const parquet::ColumnDescriptor& type = source.type();
  require_flat(type, source.place);
  if (is_null_type(type)) {
    require_only_nulls(source);
    return nullptr;
  }
  if (const auto scale = decimal_scale(type)) return make_decimal_reader(source, *scale);
  const auto& logical = type.logical_type();
  const bool is_plain = logical == nullptr || logical->is_none();
  const bool is_integer = is_plain || logical->is_int();
  const bool is_unsigned = logical != nullptr && logical->is_int() && !static_cast<const parquet::IntLogicalType&>(*logical).is_signed();
  switch (type.physical_type()) {
    case parquet::Type::DOUBLE: return make_converting<parquet::DoubleType>(source, [](double v, const ColumnPlace&) { return v; });
    case parquet::Type::FLOAT:
      return make_converting<parquet::FloatType>(source, [](float v, const ColumnPlace&) { return static_cast<double>(v); });
    case parquet::Type::INT32:
      if (!is_integer) break;
      if (is_unsigned) {
        return make_converting<parquet::Int32Type>(
            source, [](std::int32_t v, const ColumnPlace&) { return static_cast<double>(static_cast<std::uint32_t>(v)); });
      }
      return make_converting<parquet::Int32Type>(source, [](std::int32_t v, const ColumnPlace&) { return static_cast<double>(v); });
    case parquet::Type::INT64:
      if (!is_integer) break;
      if (is_unsigned) {
        return make_converting<parquet::Int64Type>(
            source, [](std::int64_t v, const ColumnPlace& p) { return from_integer(static_cast<std::uint64_t>(v), p); });
      }
      return make_converting<parquet::Int64Type>(source, [](std::int64_t v, const ColumnPlace& p) { return from_integer(v, p); });
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
      if (logical == nullptr || !logical->is_float16()) break;
      return make_converting<parquet::FLBAType>(source,
                                                [](const parquet::FixedLenByteArray& v, const ColumnPlace&) { return from_half(v.ptr); });
    default: break;
  }
  throw_wrong_type(type, "a number", source.place);
}

}  // namespace costmill
