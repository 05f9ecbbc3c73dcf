// What an S3 server answers, and URIs of buckets.
#include <limits>

#include "fuzz.h"
#include "s3/listing.h"
#include "s3/uri.h"

namespace {

using costmill::fuzz::require;

void check_page(const costmill::ListingPage& page) {
  for (const costmill::S3Object& object : page.objects) {
    require(!object.key.empty(), "every object has a key");
    require(object.bytes <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()), "Arrow can count an object's bytes");
    require(!object.etag.empty() && object.etag.find_first_of("\"\r\n") == std::string::npos, "an ETag can go into a header");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(costmill::fuzz::text_of(data, size));
  if (const auto page = costmill::parse_listing_page(text)) check_page(*page);
  const costmill::S3ErrorText error = costmill::parse_error(text);
  require(costmill::word_of(error.code) == error.code && costmill::word_of(error.region) == error.region, "a server's words are words");
  costmill::fuzz::succeeds([&] {
    const costmill::S3Location location = costmill::parse_s3_uri(text);
    const costmill::S3Location again = costmill::parse_s3_uri(location.uri());
    require(again.bucket == location.bucket && again.prefix == location.prefix, "a location's URI is the location");
  });
  return 0;
}
