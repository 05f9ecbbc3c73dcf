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

#include "scan/column_pages.h"

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
        decode(dense_.reserve(present), present);
        spread(valid + done, out + done, portion);
      }
      done += portion;
    }
    return has_nulls;
  }

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
    decode_plain(dictionary_.reserve(size), size);
    dictionary_size_ = size;
  }

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
      case Coding::kPlain: return decode_plain(out, count);
      case Coding::kDictionary: return decode_codes(out, count);
      case Coding::kOther: return decode_other(out, count);
    }
  }

  void decode_codes(Value* out, std::size_t count) {
    if (count == 0) return;
    if (const auto code = codes_.take_repeated(count)) {
      check_code(*code);
      std::fill_n(out, count, dictionary_.data()[*code]);
      return;
    }
    std::uint32_t* const codes = code_batch_.reserve(count);
    if (!codes_.read({codes, count})) throw_damaged(pages_.place(), "has a page that ends before its last value");
    check_code(*std::max_element(codes, codes + count));
    const Value* const dictionary = dictionary_.data();
    for (std::size_t i = 0; i < count; ++i) out[i] = dictionary[codes[i]];
  }

  void check_code(std::uint32_t code) const {
    if (code < dictionary_size_) return;
    throw_damaged(pages_.place(), fmt::format("uses code {} of a dictionary of {}", code, dictionary_size_));
  }

  void decode_plain(Value* out, std::size_t count) {
    if constexpr (kFixedSize) {
      const auto bytes = take(count * sizeof(Stored));
      for (std::size_t i = 0; i < count; ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
        out[i] = convert_(stored, pages_.place());
      }
    } else if constexpr (std::is_same_v<Stored, parquet::ByteArray>) {
      for (std::size_t i = 0; i < count; ++i) {
        std::uint32_t size = 0;
        std::memcpy(&size, take(sizeof size).data(), sizeof size);
        out[i] = convert_(parquet::ByteArray(size, take(size).data()), pages_.place());
      }
    } else {
      const auto size = static_cast<std::size_t>(type_->type_length());
      for (std::size_t i = 0; i < count; ++i) out[i] = convert_(parquet::FixedLenByteArray(take(size).data()), pages_.place());
    }
  }

  std::span<const std::uint8_t> take(std::size_t size) {
    if (size > plain_.size()) throw_damaged(pages_.place(), "has a page that ends before its last value");
    const auto taken = plain_.first(size);
    plain_ = plain_.subspan(size);
    return taken;
  }

  void decode_other(Value* out, std::size_t count) {
    Stored* const stored = other_batch_.reserve(count);
    const int decoded = count == 0 ? 0 : other_->Decode(stored, static_cast<int>(count));
    if (static_cast<std::size_t>(decoded) != count) throw_damaged(pages_.place(), "has a page that ends before its last value");
    for (std::size_t i = 0; i < count; ++i) out[i] = convert_(stored[i], pages_.place());
  }

  void spread(const std::uint8_t* valid, Value* out, std::size_t rows) const {
    const Value* next = dense_.data();
    for (std::size_t i = 0; i < rows; ++i) out[i] = valid[i] != 0 ? *next++ : null_;
  }

  ColumnPages pages_;
  const parquet::ColumnDescriptor* type_;
  arrow::MemoryPool* pool_;
  Value null_;
  Convert convert_;
  Coding coding_ = Coding::kPlain;
  std::span<const std::uint8_t> plain_;
  Scratch<Value> dictionary_;
  std::size_t dictionary_size_ = 0;
  HybridDecoder codes_;
  Scratch<std::uint32_t> code_batch_;
  std::unique_ptr<parquet::TypedDecoder<DType>> other_;
  Scratch<Stored> other_batch_;
  Scratch<Value> dense_;
};

}  // namespace costmill
