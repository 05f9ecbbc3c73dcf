// The form in which partial folds travel to another process: numbers by their bits, little-endian, one after the other.
#pragma once

#include <array>
#include <bit>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "summary/group_key.h"

namespace costmill {

static_assert(std::endian::native == std::endian::little, "numbers are written by copying");

template <typename Value>
concept PlainNumber = std::is_arithmetic_v<Value> || std::is_enum_v<Value>;

// Bytes that a value takes at least. A struct names what travels of it, so that padding does not:
// static constexpr void each_member(auto& self, auto& bytes) { bytes(self.a, self.b); }
template <typename Value>
struct LeastBytes;

struct LeastBytesAdder {
  std::size_t bytes = 0;

  template <typename... Members>
  constexpr void operator()(const Members&... /*members*/) {
    bytes += (LeastBytes<Members>::kBytes + ...);
  }
};

template <typename Value>
struct LeastBytes {
  static constexpr std::size_t kBytes = [] {
    LeastBytesAdder adder;
    const Value value{};
    Value::each_member(value, adder);
    return adder.bytes;
  }();
};
template <PlainNumber Value>
struct LeastBytes<Value> {
  static constexpr std::size_t kBytes = sizeof(Value);
};
template <typename Value, std::size_t kSize>
struct LeastBytes<std::array<Value, kSize>> {
  static constexpr std::size_t kBytes = kSize * LeastBytes<Value>::kBytes;
};
template <>
struct LeastBytes<const char*> {
  static constexpr std::size_t kBytes = sizeof(std::uint32_t);
};
template <typename... Values>
inline constexpr std::size_t kLeastBytes = (LeastBytes<Values>::kBytes + ...);

class ByteWriter {
 public:
  void operator()(const auto&... values) { (put(values), ...); }
  void count(std::size_t count) { put(std::uint64_t{count}); }
  void text(std::string_view text) {
    put(static_cast<std::uint32_t>(text.size()));
    written_ += text;
  }
  // Without its length.
  void bytes(std::string_view bytes) { written_ += bytes; }
  std::string& written() { return written_; }

 private:
  template <typename Value>
  void put(const Value& value) {
    if constexpr (PlainNumber<Value>) {
      written_.append(reinterpret_cast<const char*>(&value), sizeof value);
    } else {
      Value::each_member(value, *this);
    }
  }
  void put(const char* column) { text(column); }
  template <typename Value, std::size_t kSize>
  void put(const std::array<Value, kSize>& values) {
    for (const Value& value : values) put(value);
  }
  template <typename Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  void put(const std::vector<double>& values) {
    count(values.size());
    written_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  }
  template <typename Key, typename Value, typename... Rest>
  void put(const boost::unordered_flat_map<Key, Value, Rest...>& map) {
    count(map.size());
    for (const auto& [key, value] : map) (*this)(key, value);
  }
  template <typename Key, typename... Rest>
  void put(const boost::unordered_flat_set<Key, Rest...>& set) {
    count(set.size());
    for (const Key& key : set) put(key);
  }

  std::string written_;
};

// Bytes are not trusted: each length is checked against what is left before anything is reserved. Whatever does not stand as a
// ByteWriter writes it throws Error(kCorrupt). Fills values that are empty.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  void operator()(auto&... values) { (get(values), ...); }
  // Of things that take so many bytes each, or more.
  std::size_t count(std::size_t least_bytes);
  std::string_view text();
  std::string_view bytes(std::size_t size);
  std::string_view left() const { return left_; }

  static void require(bool is_so, const char* what) {
    if (!is_so) [[unlikely]]
      refuse(what);
  }
  // Before any key is read.
  void set_texts(std::size_t texts) { texts_ = texts; }
  void check_text(TextId id) const { require(id < texts_ || id == kNullText, "an id of no text"); }

 private:
  [[noreturn]] static void refuse(const char* what);

  template <typename Value>
  void get(Value& value) {
    if constexpr (std::is_same_v<Value, bool>) {
      std::uint8_t byte = 0;
      get(byte);
      require(byte <= 1, "neither true nor false");
      value = byte != 0;
    } else if constexpr (PlainNumber<Value>) {
      std::memcpy(&value, bytes(sizeof value).data(), sizeof value);
    } else {
      Value::each_member(value, *this);
      if constexpr (requires { value.is_sound(); }) require(value.is_sound(), "a value that no fold has");
    }
  }
  // Of a column of numbers; '' is none.
  void get(const char*& column);
  template <typename Value, std::size_t kSize>
  void get(std::array<Value, kSize>& values) {
    for (Value& value : values) get(value);
  }
  template <std::size_t kSize>
  void get(GroupKey<kSize>& key) {
    for (TextId& id : key) {
      get(id);
      check_text(id);
    }
  }
  template <typename Value>
  void get(std::optional<Value>& value) {
    bool has_value = false;
    get(has_value);
    if (has_value) get(value.emplace());
  }
  void get(std::vector<double>& values) {
    values.resize(count(sizeof(double)));
    const std::string_view read = bytes(values.size() * sizeof(double));
    if (!read.empty()) std::memcpy(values.data(), read.data(), read.size());
  }
  template <typename Key, typename Value, typename... Rest>
  void get(boost::unordered_flat_map<Key, Value, Rest...>& map) {
    const std::size_t size = count(kLeastBytes<Key, Value>);
    map.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      Key key{};
      Value value{};
      (*this)(key, value);
      require(map.emplace(key, value).second, "a key twice");
    }
  }
  template <typename Key, typename... Rest>
  void get(boost::unordered_flat_set<Key, Rest...>& set) {
    const std::size_t size = count(kLeastBytes<Key>);
    set.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      Key key{};
      get(key);
      require(set.insert(key).second, "a key twice");
    }
  }

  std::string_view left_;
  std::size_t texts_ = 0;
};

}  // namespace costmill
