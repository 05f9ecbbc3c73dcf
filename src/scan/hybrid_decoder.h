// Parquet's hybrid of repeated runs and bit-packed runs: dictionary codes and definition levels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace costmill {

// Bytes are not trusted: it never reads beyond them.
class HybridDecoder {
 public:
  static constexpr int kMaxBitWidth = 32;

  HybridDecoder() = default;
  HybridDecoder(std::span<const std::uint8_t> bytes, int bit_width);

  // Fills `out`. False if the bytes end before.
  bool read(std::span<std::uint32_t> out);

  // Takes the next `count` values if they are one repeated value.
  std::optional<std::uint32_t> take_repeated(std::size_t count);

  // Values that nobody has taken, beyond the padding that writers add to the last run.
  bool has_more() const;

 private:
  bool begin_run();
  void unpack(std::uint32_t* out, std::size_t count);

  std::span<const std::uint8_t> bytes_;  // behind the run at work
  int bit_width_ = 0;
  std::size_t repeated_left_ = 0;
  std::uint32_t repeated_value_ = 0;
  std::span<const std::uint8_t> packed_;  // the bit-packed run at work, and all that follows it
  std::size_t packed_next_ = 0;           // position within the run
  std::size_t packed_left_ = 0;
};

}  // namespace costmill
