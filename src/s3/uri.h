// s3://BUCKET/PREFIX.
#pragma once

#include <string>
#include <string_view>

namespace costmill {

struct S3Location {
  std::string bucket;
  std::string prefix;  // empty, or with '/' at the end

  std::string uri() const;
};

// The prefix is taken as it stands: no escapes. Throws Error(kBadConfig).
S3Location parse_s3_uri(std::string_view uri);

}  // namespace costmill
