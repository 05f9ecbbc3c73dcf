#include "s3/uri.h"

#include <gtest/gtest.h>

#include "costmill/error.h"

namespace costmill {
namespace {

TEST(S3Uris, BucketAndPrefix) {
  EXPECT_EQ(parse_s3_uri("s3://b").uri(), "s3://b/");
  EXPECT_EQ(parse_s3_uri("s3://b/").prefix, "");
  EXPECT_EQ(parse_s3_uri("s3://a.b-c_1/x/y z").prefix, "x/y z/");
  EXPECT_EQ(parse_s3_uri("s3://a.b-c_1/x/y z/").bucket, "a.b-c_1");
  EXPECT_EQ(parse_s3_uri("s3://b/%2e%2e").prefix, "%2e%2e/") << "no escapes";
}

TEST(S3Uris, F16OthersAreRefusedWithoutShowingKeys) {
  for (const char* uri : {"s3:", "s3:/b", "s3:b", "s3://", "s3:///x", "s3://.b", "s3://a b", "s3://b/../x", "s3://b/x/..", "s3://b/./x",
                          "s3://b//x", "s3://b/x\ny", "s3://b/x?region=y", "s3://key:planted@b/x"}) {
    try {
      parse_s3_uri(uri);
      FAIL() << uri;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kBadConfig) << uri;
      EXPECT_EQ(std::string(error.what()).find("planted"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace costmill
