#include "report/quantity.h"

#include <gtest/gtest.h>

#include "costmill/error.h"
#include "report_rows.h"

namespace costmill {
namespace {

std::string rounded_text(const std::string& number, int places) { return text_of(rounded(*parse_decimal(number), places)); }

TEST(Quantity, SumsKeepEveryPlace) {
  Decimal total = 0;
  for (const char* text : {"1000000000000.1", "0.000000000000001", "-0.1"}) add_to(total, *parse_decimal(text));
  EXPECT_EQ(text_of(total), "1000000000000.000000000000001");
}

TEST(Quantity, RoundingIsHalfAwayFromZero) {
  EXPECT_EQ(rounded_text("1.0000005", 6), "1.000001");
  EXPECT_EQ(rounded_text("-1.0000005", 6), "-1.000001");
  EXPECT_EQ(rounded_text("1.000000499999999", 6), "1");
  EXPECT_EQ(rounded_text("0.123456789012345", 15), "0.123456789012345");
}

TEST(Quantity, NullCountsAsNothingAndOtherTextIsRefusedWithItsColumn) {
  const StoredRow row = row_of({{Column::kPodUsageCpuCoreHours, "many"}});
  EXPECT_EQ(quantity(row, Column::kPodLimitCpuCoreHours), 0);
  try {
    quantity(row, Column::kPodUsageCpuCoreHours);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_NE(std::string(error.what()).find("pod_usage_cpu_core_hours"), std::string::npos);
  }
}

TEST(Quantity, SumsThatHaveNoTextAreRefused) {
  Decimal total = 0;
  const Decimal largest = *parse_decimal("999999999999999999");
  EXPECT_THROW(
      {
        for (int i = 0; i < 20; ++i) add_to(total, largest);
      },
      Error);
}

}  // namespace
}  // namespace costmill
