// Decodes a flat column of one physical type, page by page: PLAIN and dictionary pages here, the rare encodings by Arrow.
#pragma once

#include <fmt/format.h>
#include <parquet/encoding.h>
#include <parquet/types.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "scan/column_pages.h"
#include "scan/value_bounds.h"

namespace costmill {

// Convert: (const Stored&, const ColumnPlace&) -> Value. It sees each dictionary entry once, and each value of other pages.
// Byte arrays are views that end with the call.
template <typename DType, typename Value, typename Convert>
class PageDecoder {
 public:
  using Stored = typename DType::c_type;

  PageDecoder(const ColumnSource& source, Value null, Convert convert)
      : pages_(source),
        type_(&source.type()),
        pool_(source.pool),
        null_(null),
        convert_(std::move(convert)),
        bounds_(source.type(), pages_.statistics()),
        dictionary_(source.pool),
        code_batch_(source.pool),
        other_batch_(source.pool),
        dense_(source.pool) {}

  // Fills out[0..rows). True if some are NULL: then valid[0..rows) tells which, else valid[] is unspecified.
  bool read(std::size_t rows, Value* out, std::uint8_t* valid) {
    bool has_nulls = false;
    for (std::size_t done = 0; done < rows;) {
      open_page();
      const std::size_t portion = std::min(rows - done, pages_.rows());
      const std::size_t present = pages_.take_rows(portion, valid + done);
      if (present == portion) {
        decode(out + done, portion);
        if (has_nulls) std::fill_n(valid + done, portion, std::uint8_t{1});
      } else {
        if (!has_nulls) std::fill_n(valid, done, std::uint8_t{1});
        has_nulls = true;
        Value* const dense = dense_.reserve(present + 1);
        dense[0] = null_;
        decode(dense + 1, present);
        spread(dense, valid + done, out + done, portion);
      }
      done += portion;
      if (pages_.rows() == 0) end_page();
    }
    return has_nulls;
  }

  // After the last row.
  void finish() { pages_.finish(); }

 private:
  static constexpr bool kFixedSize = std::is_arithmetic_v<Stored> || std::is_same_v<Stored, parquet::Int96>;
  enum class Coding { kPlain, kDictionary, kOther };

  void open_page() {
    while (true) {
      switch (pages_.advance()) {
        case ColumnPages::Event::kSamePage: return;
        case ColumnPages::Event::kNewPage: return begin_page();
        case ColumnPages::Event::kDictionary: begin_dictionary();
      }
    }
  }

  void begin_dictionary() {
    constexpr std::size_t kLeastBytes = kFixedSize ? sizeof(Stored) : std::is_same_v<Stored, parquet::ByteArray> ? 4 : 0;
    const std::size_t size = pages_.dictionary_size();
    plain_ = pages_.values();
    if (pages_.encoding() != parquet::Encoding::PLAIN || size > plain_.size() / std::max<std::size_t>(kLeastBytes, 1)) {
      throw_damaged(pages_.place(), fmt::format("has a broken dictionary of {}", size));
    }
    if (decode_plain(dictionary_.reserve(size), size)) find_unlikely_codes(size);
    if (!plain_.empty()) throw_damaged(pages_.place(), "has a dictionary with bytes behind its last value");
    dictionary_size_ = size;
  }

  // Values beyond the statistics are no damage as long as no row has them: a dictionary may hold more than its row group.
  void find_unlikely_codes(std::size_t size) {
    std::span<const std::uint8_t> bytes = pages_.values();
    unlikely_.resize(size);
    for_each_plain(bytes, size, [&](std::size_t code, const Stored& stored) { unlikely_[code] = bounds_.exclude(stored); });
  }

  void end_page() const {
    if (coding_ == Coding::kPlain ? !plain_.empty() : coding_ == Coding::kDictionary && codes_.has_more()) {
      throw_damaged(pages_.place(), "has a page with more values than rows");
    }
  }

  [[noreturn]] void throw_beyond_statistics() const { throw_damaged(pages_.place(), "has a value beyond its statistics"); }

  void begin_page() {
    const std::span<const std::uint8_t> bytes = pages_.values();
    switch (pages_.encoding()) {
      case parquet::Encoding::PLAIN:
        coding_ = Coding::kPlain;
        plain_ = bytes;
        return;
      case parquet::Encoding::PLAIN_DICTIONARY:
      case parquet::Encoding::RLE_DICTIONARY: {
        coding_ = Coding::kDictionary;
        const int bit_width = bytes.empty() ? 0 : bytes.front();
        if (bit_width > HybridDecoder::kMaxBitWidth) throw_damaged(pages_.place(), fmt::format("has codes of {} bits", bit_width));
        codes_ = HybridDecoder(bytes.empty() ? bytes : bytes.subspan(1), bit_width);
        return;
      }
      default:
        coding_ = Coding::kOther;
        other_ = parquet::MakeTypedDecoder<DType>(pages_.encoding(), type_, pool_);
        other_->SetData(static_cast<int>(pages_.rows()), bytes.data(), static_cast<int>(bytes.size()));
    }
  }

  void decode(Value* out, std::size_t count) {
    switch (coding_) {
      case Coding::kPlain:
        if (decode_plain(out, count)) throw_beyond_statistics();
        return;
      case Coding::kDictionary: return decode_codes(out, count);
      case Coding::kOther: return decode_other(out, count);
    }
  }

  void decode_codes(Value* out, std::size_t count) {
    if (count == 0) return;
    if (const auto code = codes_.take_repeated(count)) {
      check_code(*code);
      if (!unlikely_.empty()) require_likely(*code);
      std::fill_n(out, count, dictionary_.data()[*code]);
      return;
    }
    std::uint32_t* const codes = code_batch_.reserve(count);
    if (!codes_.read({codes, count})) throw_damaged(pages_.place(), "has a page that ends before its last value");
    check_code(*std::max_element(codes, codes + count));
    if (!unlikely_.empty()) {
      for (std::size_t i = 0; i < count; ++i) require_likely(codes[i]);
    }
    const Value* const dictionary = dictionary_.data();
    for (std::size_t i = 0; i < count; ++i) out[i] = dictionary[codes[i]];
  }

  void check_code(std::uint32_t code) const {
    if (code < dictionary_size_) return;
    throw_damaged(pages_.place(), fmt::format("uses code {} of a dictionary of {}", code, dictionary_size_));
  }

  void require_likely(std::uint32_t code) const {
    if (unlikely_[code]) throw_beyond_statistics();
  }

  // True if a value lies beyond the statistics.
  bool decode_plain(Value* out, std::size_t count) {
    bool is_beyond = false;
    if (bounds_.known()) {
      for_each_plain(plain_, count, [&](std::size_t i, const Stored& stored) {
        is_beyond |= bounds_.exclude(stored);
        out[i] = convert_(stored, pages_.place());
      });
    } else {
      for_each_plain(plain_, count, [&](std::size_t i, const Stored& stored) { out[i] = convert_(stored, pages_.place()); });
    }
    return is_beyond;
  }

  // Takes `count` values off the front of `bytes`.
  template <typename Visit>
  void for_each_plain(std::span<const std::uint8_t>& bytes, std::size_t count, const Visit& visit) const {
    if constexpr (kFixedSize) {
      const auto all = take(bytes, count * sizeof(Stored));
      for (std::size_t i = 0; i < count; ++i) {
        Stored stored;
        std::memcpy(&stored, all.data() + i * sizeof stored, sizeof stored);
        visit(i, stored);
      }
    } else if constexpr (std::is_same_v<Stored, parquet::ByteArray>) {
      for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t size = 0;
        std::memcpy(&size, take(bytes, sizeof size).data(), sizeof size);
        visit(i, parquet::ByteArray(size, take(bytes, size).data()));
      }
    } else {
      const auto size = static_cast<std::size_t>(type_->type_length());
      for (std::size_t i = 0; i < count; ++i) visit(i, parquet::FixedLenByteArray(take(bytes, size).data()));
    }
  }

  std::span<const std::uint8_t> take(std::span<const std::uint8_t>& bytes, std::size_t size) const {
    if (size > bytes.size()) throw_damaged(pages_.place(), "has a page that ends before its last value");
    const auto taken = bytes.first(size);
    bytes = bytes.subspan(size);
    return taken;
  }

  void decode_other(Value* out, std::size_t count) {
    Stored* const stored = other_batch_.reserve(count);
    const int decoded = count == 0 ? 0 : other_->Decode(stored, static_cast<int>(count));
    if (static_cast<std::size_t>(decoded) != count) throw_damaged(pages_.place(), "has a page that ends before its last value");
    for (std::size_t i = 0; i < count; ++i) {
      if (bounds_.known() && bounds_.exclude(stored[i])) throw_beyond_statistics();
      out[i] = convert_(stored[i], pages_.place());
    }
  }

  // Without a branch, as NULLs come at random.
  static void spread(const Value* null_and_values, const std::uint8_t* valid, Value* out, std::size_t rows) {
    std::size_t next = 1;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t is_valid = valid[i];
      out[i] = null_and_values[is_valid * next];
      next += is_valid;
    }
  }

  ColumnPages pages_;
  const parquet::ColumnDescriptor* type_;
  arrow::MemoryPool* pool_;
  Value null_;
  Convert convert_;
  ValueBounds<DType> bounds_;
  Coding coding_ = Coding::kPlain;
  std::span<const std::uint8_t> plain_;
  Scratch<Value> dictionary_;
  std::size_t dictionary_size_ = 0;
  std::vector<bool> unlikely_;  // by code; empty: all are within the statistics
  HybridDecoder codes_;
  Scratch<std::uint32_t> code_batch_;
  std::unique_ptr<parquet::TypedDecoder<DType>> other_;
  Scratch<Stored> other_batch_;
  Scratch<Value> dense_;
};

}  // namespace costmill
