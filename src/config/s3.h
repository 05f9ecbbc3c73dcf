// What an s3:// input needs besides its URI: the section s3, then the variables and files that S3 tools share.
#pragma once

#include <string_view>

#include "config/config.h"
#include "config/load.h"

namespace costmill {

inline bool is_s3_uri(std::string_view uri) { return uri.starts_with("s3:"); }

// What whoever reads with s3.verify_ssl off is told, once.
inline constexpr std::string_view kUnverifiedServer = "s3.verify_ssl is off: whoever answers in the server's name is believed";

// Each value: section s3 > AWS_* variables > Koku's S3_* variables > the AWS profile > default. Throws Error(kBadConfig).
S3Config resolve_s3(const Settings& settings, const Environment& environment);

}  // namespace costmill
