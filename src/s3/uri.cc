#include "s3/uri.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/secrets.h"
#include "config/values.h"
#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

constexpr std::string_view kScheme = "s3://";
constexpr std::size_t kLongestBucket = 255;

[[noreturn]] void refuse(std::string_view uri, std::string_view complaint) {
  throw Error(ErrorCode::kBadConfig, fmt::format("--input {}: {}; give s3://BUCKET/PREFIX", as_shown(without_password(uri)), complaint));
}

bool is_bucket(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= kLongestBucket && name.front() != '.' && std::all_of(name.begin(), name.end(), is_plain);
}

}  // namespace

std::string S3Location::uri() const { return fmt::format("{}{}/{}", kScheme, bucket, prefix); }

S3Location parse_s3_uri(std::string_view uri) {
  if (!uri.starts_with(kScheme)) refuse(uri, "no bucket");
  const std::string_view rest = uri.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  S3Location location{.bucket = std::string(rest.substr(0, slash)), .prefix = ""};
  if (!is_bucket(location.bucket))
    refuse(uri, "a bucket's name has letters, digits, '.', '-' and '_' only; keys belong into the section s3");
  std::string_view levels = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  if (levels.find('?') != std::string_view::npos) refuse(uri, "options belong into the section s3");
  while (!levels.empty()) {
    const std::size_t end = levels.find('/');
    const std::string_view level = levels.substr(0, end);
    levels = end == std::string_view::npos ? std::string_view{} : levels.substr(end + 1);
    const bool has_control =
        std::any_of(level.begin(), level.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (level.empty() || level == "." || level == ".." || has_control)
      refuse(uri, "a prefix may not hold empty levels, '.', '..' or control characters");
    location.prefix += fmt::format("{}/", level);
  }
  return location;
}

}  // namespace costmill
