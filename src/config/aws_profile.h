// Profiles of ~/.aws/credentials and ~/.aws/config, as far as they are plain values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/substitution.h"

namespace costmill {

struct AwsProfile {
  std::string name;
  std::map<std::string, std::string, std::less<>> values;  // by lower-case key; those of the credentials file win

  std::optional<std::string> find(std::string_view key) const;
};

// AWS_PROFILE, else `default`, out of AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, else the files below HOME. A profile that
// nobody asked for by name may be missing. Throws Error(kBadConfig).
AwsProfile read_aws_profile(const Environment& environment);

}  // namespace costmill
