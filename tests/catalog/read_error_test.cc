#include "catalog/read_error.h"

#include <gtest/gtest.h>

namespace costmill {
namespace {

TEST(ReadErrors, PassThroughArrowUnchanged) {
  const arrow::Status status = status_of(Error(ErrorCode::kInputChanged, "x changed", {.file = "x"}));
  ASSERT_NE(error_in(status), nullptr);
  EXPECT_EQ(error_in(status)->code(), ErrorCode::kInputChanged);
  EXPECT_EQ(error_in(status)->place().file, "x");
  EXPECT_STREQ(error_in(status)->what(), "x changed");
  EXPECT_FALSE(status.ok());
}

TEST(ReadErrors, OtherStatusesHoldNone) {
  EXPECT_EQ(error_in(arrow::Status::OK()), nullptr);
  EXPECT_EQ(error_in(arrow::Status::IOError("x")), nullptr);
}

}  // namespace
}  // namespace costmill
