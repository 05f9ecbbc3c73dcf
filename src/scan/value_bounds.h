// The least and the greatest value of a column of a row group, as its statistics tell: no value may lie beyond them. Doubles, which may be
// NaN, are looked at a chunk at a time (scan/number_bounds.h).
#pragma once

#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <string>
#include <string_view>
#include <type_traits>

namespace costmill {

// A flipped bit of a number mostly takes it far away, so this finds much of what pages without checksums let through.
template <typename DType>
class ValueBounds {
 public:
  using Stored = typename DType::c_type;

  // `statistics` may be null.
  ValueBounds(const parquet::ColumnDescriptor& type, const parquet::Statistics* statistics) {
    if constexpr (kComparable) {
      if (statistics == nullptr || type.sort_order() != kOrder || !statistics->HasMinMax()) return;
      const auto& typed = static_cast<const parquet::TypedStatistics<DType>&>(*statistics);
      known_ = true;
      if constexpr (kIsText) {
        least_ = view(typed.min());
        greatest_ = view(typed.max());
      } else {
        least_ = typed.min();
        greatest_ = typed.max();
      }
    }
  }

  bool known() const { return known_; }

  // Without a branch for numbers; false for NaN.
  bool exclude(const Stored& value) const {
    if constexpr (kIsText) {
      return view(value) < least_ || view(value) > greatest_;
    } else if constexpr (kComparable) {
      return static_cast<unsigned>(value < least_) | static_cast<unsigned>(value > greatest_);
    } else {
      return false;
    }
  }

 private:
  static constexpr bool kIsText = std::is_same_v<Stored, parquet::ByteArray>;
  static constexpr bool kComparable = kIsText || (std::is_arithmetic_v<Stored> && !std::is_same_v<Stored, double>);
  static constexpr parquet::SortOrder::type kOrder = kIsText ? parquet::SortOrder::UNSIGNED : parquet::SortOrder::SIGNED;
  using Bound = std::conditional_t<kIsText, std::string, std::conditional_t<kComparable, Stored, char>>;

  static std::string_view view(const parquet::ByteArray& bytes) { return {reinterpret_cast<const char*>(bytes.ptr), bytes.len}; }

  bool known_ = false;
  Bound least_{};
  Bound greatest_{};
};

}  // namespace costmill
