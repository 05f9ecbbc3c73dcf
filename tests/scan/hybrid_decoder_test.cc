// Against runs that the test writes bit by bit.
#include "scan/hybrid_decoder.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace costmill {
namespace {

class HybridWriter {
 public:
  explicit HybridWriter(int bit_width) : bit_width_(bit_width) {}

  void repeated(std::uint32_t value, std::size_t count) {
    header(count << 1U);
    for (int byte = 0; byte < (bit_width_ + 7) / 8; ++byte) bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * byte));
    values_.insert(values_.end(), count, value);
  }

  // A multiple of eight values.
  void packed(const std::vector<std::uint32_t>& values) {
    header(values.size() / 8 << 1U | 1U);
    std::vector<bool> bits;
    for (const std::uint32_t value : values) {
      for (int bit = 0; bit < bit_width_; ++bit) bits.push_back((value >> bit & 1U) != 0);
    }
    const std::size_t begin = bytes_.size();
    bytes_.resize(begin + bits.size() / 8, 0);
    for (std::size_t i = 0; i < bits.size(); ++i) bytes_[begin + i / 8] |= static_cast<std::uint8_t>(bits[i] ? 1U << i % 8 : 0U);
    values_.insert(values_.end(), values.begin(), values.end());
  }

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  const std::vector<std::uint32_t>& values() const { return values_; }

 private:
  void header(std::size_t header) {
    for (; header >= 128; header >>= 7U) bytes_.push_back(static_cast<std::uint8_t>(header | 128U));
    bytes_.push_back(static_cast<std::uint8_t>(header));
  }

  int bit_width_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint32_t> values_;
};

class Widths : public testing::TestWithParam<int> {};

HybridWriter random_runs(int bit_width, std::mt19937& random) {
  HybridWriter writer(bit_width);
  const auto value = [&] { return bit_width == 0 ? 0U : static_cast<std::uint32_t>(random()) >> (32 - bit_width); };
  for (int run = 0; run < 40; ++run) {
    if (random() % 3 == 0) {
      writer.repeated(value(), 1 + random() % 700);
      continue;
    }
    std::vector<std::uint32_t> values(8 * (1 + random() % 70));
    for (std::uint32_t& each : values) each = value();
    writer.packed(values);
  }
  return writer;
}

TEST_P(Widths, RunsOfAnyKindAreReadInPiecesOfAnySize) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const HybridWriter writer = random_runs(GetParam(), random);
  // In memory of exactly their size, so that a sanitizer sees a read beyond.
  const std::vector<std::uint8_t> bytes = writer.bytes();
  HybridDecoder decoder(bytes, GetParam());
  std::vector<std::uint32_t> read;
  while (read.size() < writer.values().size()) {
    std::vector<std::uint32_t> piece(std::min<std::size_t>(1 + random() % 300, writer.values().size() - read.size()));
    if (const auto repeated = decoder.take_repeated(piece.size())) {
      std::fill(piece.begin(), piece.end(), *repeated);
    } else {
      ASSERT_TRUE(decoder.read(piece));
    }
    read.insert(read.end(), piece.begin(), piece.end());
  }
  EXPECT_EQ(read, writer.values());
}

TEST_P(Widths, BytesThatEndAnywhereAreNoValues) {
  std::mt19937 random(static_cast<unsigned>(100 + GetParam()));
  const HybridWriter writer = random_runs(GetParam(), random);
  for (int i = 0; i < 50; ++i) {
    const std::size_t cut = random() % writer.bytes().size();
    const std::vector<std::uint8_t> bytes(writer.bytes().begin(), writer.bytes().begin() + static_cast<std::ptrdiff_t>(cut));
    HybridDecoder decoder(bytes, GetParam());
    std::vector<std::uint32_t> read(writer.values().size() + 1);
    EXPECT_FALSE(decoder.read(read));
  }
}

TEST_P(Widths, AnyBytesAreReadWithoutLeavingThem) {
  std::mt19937 random(static_cast<unsigned>(200 + GetParam()));
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> bytes(random() % 60);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    HybridDecoder decoder(bytes, GetParam());
    std::vector<std::uint32_t> read(1 + random() % 200);
    if (!decoder.read(read) || GetParam() == 32) continue;
    for (const std::uint32_t value : read) ASSERT_LT(value, std::uint64_t{1} << (GetParam() + 7) / 8 * 8);
  }
}

INSTANTIATE_TEST_SUITE_P(HybridDecoder, Widths, testing::Range(0, 33));

TEST(HybridDecoder, ARepeatedValueWiderThanItsBitsIsRefused) {
  const std::vector<std::uint8_t> bytes{2 << 1U, 0x04};
  HybridDecoder decoder(bytes, 2);
  EXPECT_EQ(decoder.take_repeated(2), std::nullopt);
  HybridDecoder wide_enough(bytes, 3);
  EXPECT_EQ(wide_enough.take_repeated(2), 4U);
}

TEST(HybridDecoder, ValuesThatNobodyTakesAreKnownAndPaddingIsNone) {
  const auto has_more_after_three = [](const std::vector<std::uint8_t>& bytes) {
    HybridDecoder decoder(bytes, 1);
    std::vector<std::uint32_t> three(3);
    EXPECT_TRUE(decoder.read(three));
    return decoder.has_more();
  };
  EXPECT_FALSE(has_more_after_three({3 << 1U, 1}));
  EXPECT_TRUE(has_more_after_three({4 << 1U, 1}));
  EXPECT_FALSE(has_more_after_three({3 << 1U, 1, 0, 0}));
  EXPECT_TRUE(has_more_after_three({3 << 1U, 1, 2 << 1U, 1}));
  EXPECT_FALSE(has_more_after_three({1 << 1U | 1U, 0x07})) << "eight values fill a byte";
}

TEST(HybridDecoder, AHeaderThatNeverEndsIsRefused) {
  const std::vector<std::uint8_t> bytes(20, 0xFF);
  HybridDecoder decoder(bytes, 3);
  std::vector<std::uint32_t> read(1);
  EXPECT_FALSE(decoder.read(read));
  EXPECT_EQ(decoder.take_repeated(1), std::nullopt);
}

}  // namespace
}  // namespace costmill
