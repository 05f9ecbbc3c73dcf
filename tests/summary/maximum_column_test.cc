// A column of maxima gives what single maxima give.
#include "summary/maximum_column.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "special_numbers.h"

namespace costmill {
namespace {

void expect_same(const Maximum& actual, const Maximum& expected) {
  ASSERT_EQ(actual.value().has_value(), expected.value().has_value());
  if (!expected.value()) return;
  if (std::isnan(*expected.value())) {
    EXPECT_TRUE(std::isnan(*actual.value()));
  } else {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(*actual.value()), std::bit_cast<std::uint64_t>(*expected.value()));
  }
}

TEST(MaximumColumn, NullsNanAndInfinitiesCountAsInASingleMaximum) {
  constexpr double kValues[] = {kNaN, kInfinity, -kInfinity, -0.0, 0.0, -1.5, 2.5, 1e300, 5e-324};
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    constexpr std::uint32_t kGroups = 4;
    MaximumColumn first;
    MaximumColumn second;
    std::vector<Maximum> expected(kGroups);
    for (MaximumColumn* column : {&first, &second}) {
      column->resize(kGroups);
      std::vector<std::uint32_t> slots(random() % 6);
      std::vector<double> values(slots.size());
      std::vector<std::uint8_t> valid(slots.size());
      const bool has_nulls = random() % 2 == 0;
      for (std::size_t i = 0; i < slots.size(); ++i) {
        slots[i] = static_cast<std::uint32_t>(random() % kGroups);
        valid[i] = has_nulls && random() % 2 == 0 ? 0 : 1;
        values[i] = valid[i] != 0 ? kValues[random() % std::size(kValues)] : 0.0;
        if (valid[i] != 0) expected[slots[i]].add(values[i]);
      }
      column->add(slots, values.data(), has_nulls ? valid.data() : nullptr);
    }
    for (std::uint32_t slot = 0; slot < kGroups; ++slot) {
      first.merge(slot, second, slot);
      expect_same(first.maximum(slot), expected[slot]);
    }
  }
}

}  // namespace
}  // namespace costmill
