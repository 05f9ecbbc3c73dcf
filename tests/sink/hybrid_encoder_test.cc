// Read back by the scan's own decoder, which has tests of its own.
#include "sink/hybrid_encoder.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "scan/hybrid_decoder.h"

namespace costmill {
namespace {

std::vector<std::uint8_t> encoded(const std::vector<std::uint32_t>& values, int bit_width) {
  std::vector<std::uint8_t> bytes;
  append_hybrid(bytes, std::span<const std::uint32_t>(values), bit_width);
  return bytes;
}

void expect_round_trip(const std::vector<std::uint32_t>& values, int bit_width) {
  const std::vector<std::uint8_t> bytes = encoded(values, bit_width);
  std::vector<std::uint32_t> read(values.size(), 4711);
  ASSERT_TRUE(HybridDecoder(bytes, bit_width).read(read));
  EXPECT_EQ(read, values) << "bit width " << bit_width;
  if (bit_width > 8) return;
  // Levels are bytes, whose runs are looked for in another way.
  std::vector<std::uint8_t> of_levels;
  append_hybrid(of_levels, std::span<const std::uint8_t>(std::vector<std::uint8_t>(values.begin(), values.end())), bit_width);
  EXPECT_EQ(of_levels, bytes) << "bit width " << bit_width;
}

TEST(HybridEncoder, RoundTripsRunsOfAllLengthsAndWidths) {
  std::mt19937 random(7);
  for (int bit_width = 1; bit_width <= 32; ++bit_width) {
    for (int round = 0; round < 40; ++round) {
      std::vector<std::uint32_t> values;
      while (values.size() < 500) {
        const std::uint32_t value = static_cast<std::uint32_t>(random()) >> (32 - bit_width);
        values.insert(values.end(), random() % 3 == 0 ? random() % 60 : 1, value);
      }
      values.resize(random() % (values.size() + 1));
      expect_round_trip(values, bit_width);
    }
  }
}

TEST(HybridEncoder, LongRepetitionsTakeAFewBytes) {
  EXPECT_EQ(encoded(std::vector<std::uint32_t>(1'000'000, 5), 3).size(), 4U);
  EXPECT_EQ(encoded({}, 3).size(), 0U);
  EXPECT_EQ(encoded({1, 2, 3, 4, 5, 6, 7, 0, 1}, 3).size(), 1U + 2 * 3);  // two groups of eight
}

TEST(HybridEncoder, BitWidthsHoldTheLargestCode) {
  EXPECT_EQ(hybrid_bit_width(1), 1);
  EXPECT_EQ(hybrid_bit_width(2), 1);
  EXPECT_EQ(hybrid_bit_width(3), 2);
  EXPECT_EQ(hybrid_bit_width(256), 8);
  EXPECT_EQ(hybrid_bit_width(257), 9);
}

}  // namespace
}  // namespace costmill
