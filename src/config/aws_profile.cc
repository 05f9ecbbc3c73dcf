#include "config/aws_profile.h"

#include <fmt/format.h>

#include <sstream>

#include "config/text_file.h"
#include "config/values.h"
#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

// The file that `name` says, else the one of this name below the home folder; empty: neither.
std::string path_of(const Environment& environment, std::string_view name, std::string_view below_home) {
  if (const std::string path = variable(environment, name); !path.empty()) return path;
  const std::string home = variable(environment, "HOME");
  return home.empty() ? "" : fmt::format("{}/.aws/{}", home, below_home);
}

// Adds the values of the section `[header]`; what is there already stays. Whether the section was there.
bool add_section(const std::string& path, std::string_view header, AwsProfile& profile) {
  const TextFile read = path.empty() ? TextFile{.text = "", .failure = "", .is_missing = true} : read_text_file(path);
  if (!read.failure.empty() && !read.is_missing) {
    throw Error(ErrorCode::kBadConfig,
                fmt::format("cannot read the AWS profiles in {}: {}; mend the file, or set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE",
                            as_shown(path), read.failure));
  }
  std::istringstream file(read.text);
  bool is_found = false;
  bool is_inside = false;
  for (std::string line; std::getline(file, line);) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') continue;
    if (text.front() == '[') {
      is_inside = trimmed(text.substr(1, text.find(']') - 1)) == header;
      is_found = is_found || is_inside;
      continue;
    }
    const std::size_t equals = text.find('=');
    const bool is_nested = kBlanks.find(line.front()) != std::string_view::npos;  // settings of one service
    if (!is_inside || is_nested || equals == std::string_view::npos) continue;
    profile.values.emplace(lower_case(trimmed(text.substr(0, equals))), trimmed(text.substr(equals + 1)));
  }
  return is_found;
}

}  // namespace

std::optional<std::string> AwsProfile::find(std::string_view key) const {
  const auto found = values.find(key);
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

AwsProfile read_aws_profile(const Environment& environment) {
  const std::string asked = variable(environment, "AWS_PROFILE");
  AwsProfile profile{.name = asked.empty() ? "default" : asked, .values = {}};
  const std::string credentials = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  const std::string config = path_of(environment, "AWS_CONFIG_FILE", "config");
  const bool in_credentials = add_section(credentials, profile.name, profile);
  const bool in_config = add_section(config, profile.name == "default" ? "default" : "profile " + profile.name, profile);
  if (!asked.empty() && !in_credentials && !in_config) {
    throw Error(ErrorCode::kBadConfig, fmt::format("AWS_PROFILE names the profile {}, which is neither in {} nor in {}; correct the name",
                                                   as_shown(asked), as_shown(credentials), as_shown(config)));
  }
  return profile;
}

}  // namespace costmill
