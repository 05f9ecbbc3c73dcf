#include "config/s3.h"

#include <fmt/format.h>

#include <cmath>
#include <initializer_list>

#include "config/aws_profile.h"
#include "config/values.h"
#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

struct Found {
  std::string value;
  std::string origin;
};

// The places where a value may stand, the first wins.
class Places {
 public:
  Places(const SettingSet& values, const Environment& environment)
      : values_(values), environment_(environment), profile_(read_aws_profile(environment)) {}

  std::optional<Found> find(std::string_view dotted, std::initializer_list<std::string_view> variables,
                            std::string_view profile_key) const {
    if (auto found = in_section(dotted)) return found;
    for (const std::string_view name : variables) {
      const auto variable = environment_.find(name);
      if (variable != environment_.end() && !variable->second.empty()) return Found{variable->second, std::string(name)};
    }
    if (auto value = profile_.find(profile_key)) return Found{*value, profile_origin()};
    return std::nullopt;
  }

  // Of a set that belongs together: nothing is taken from other places.
  std::optional<Found> variable(std::string_view name) const {
    const auto found = environment_.find(name);
    if (found == environment_.end() || found->second.empty()) return std::nullopt;
    return Found{found->second, std::string(name)};
  }
  std::optional<Found> in_section(std::string_view dotted) const {
    const Setting* const setting = values_.find(dotted);
    if (setting == nullptr || !setting->missing_variable.empty()) return std::nullopt;
    const auto text = values_.text(dotted);
    if (!text) return std::nullopt;
    return Found{*text, fmt::format("{}, {}", dotted, values_.origin_of(dotted).describe())};
  }
  const AwsProfile& profile() const { return profile_; }
  std::string profile_origin() const { return fmt::format("the AWS profile '{}'", profile_.name); }

 private:
  const SettingSet& values_;
  const Environment& environment_;
  AwsProfile profile_;
};

std::string text_of(const std::optional<Found>& found) { return found ? found->value : ""; }

S3Credentials pair(const std::optional<Found>& access_key, const std::optional<Found>& secret_key, const std::optional<Found>& token) {
  if (!access_key || !secret_key) {
    throw Error(ErrorCode::kBadConfig, fmt::format("the S3 {} is set ({}), but not the {} that belongs to it; set both in the same place",
                                                   access_key ? "access key" : "secret key", (access_key ? access_key : secret_key)->origin,
                                                   access_key ? "secret key" : "access key"));
  }
  return {access_key->value, secret_key->value, text_of(token), access_key->origin};
}

// Access key, secret and token come from one place.
S3Credentials credentials_of(const SettingSet& values, const Places& places) {
  const auto section_key = places.in_section("s3.access_key");
  const auto section_secret = places.in_section("s3.secret_key");
  if (section_key || section_secret) return pair(section_key, section_secret, places.in_section("s3.session_token"));
  const auto aws_key = places.variable("AWS_ACCESS_KEY_ID");
  const auto aws_secret = places.variable("AWS_SECRET_ACCESS_KEY");
  if (aws_key || aws_secret) return pair(aws_key, aws_secret, places.variable("AWS_SESSION_TOKEN"));
  const auto kokus_key = places.variable("S3_ACCESS_KEY");
  const auto kokus_secret = places.variable("S3_SECRET");
  if (kokus_key || kokus_secret) return pair(kokus_key, kokus_secret, std::nullopt);
  const auto from_profile = [&](std::string_view key) -> std::optional<Found> {
    if (auto value = places.profile().find(key)) return Found{*value, places.profile_origin()};
    return std::nullopt;
  };
  const auto profile_key = from_profile("aws_access_key_id");
  const auto profile_secret = from_profile("aws_secret_access_key");
  if (profile_key || profile_secret) return pair(profile_key, profile_secret, from_profile("aws_session_token"));
  for (const std::string_view indirect : {"role_arn", "sso_session", "sso_start_url", "credential_process"}) {
    if (!from_profile(indirect)) continue;
    throw Error(
        ErrorCode::kBadConfig,
        fmt::format("{} holds no keys but {}, which costmill does not follow; `aws configure export-credentials --format env` prints "
                    "variables that it takes",
                    places.profile_origin(), indirect));
  }
  // A key that is meant to come from a variable: the message names the variable.
  if (values.has("s3.access_key")) (void)values.text("s3.access_key");
  return {.access_key = "",
          .secret_key = "",
          .session_token = "",
          .origin = fmt::format("none: neither s3.access_key nor AWS_ACCESS_KEY_ID nor S3_ACCESS_KEY nor {}", places.profile_origin())};
}

struct Endpoint {
  std::string url;
  bool is_amazons = false;
};

Endpoint endpoint_of(const std::optional<Found>& found, const std::string& region, bool use_tls) {
  if (!found) {
    const std::string_view domain = region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    return {fmt::format("{}://s3.{}.{}", use_tls ? "https" : "http", region, domain), true};
  }
  std::string_view rest = found->value;
  std::string scheme = use_tls ? "https" : "http";
  if (const std::size_t colon = rest.find("://"); colon != std::string_view::npos) {
    scheme = lower_case(rest.substr(0, colon));
    rest.remove_prefix(colon + 3);
  }
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const bool is_host = !rest.empty() && rest.find_first_of("/?#@ \t\\") == std::string_view::npos;
  if (!is_host || (scheme != "http" && scheme != "https")) {
    throw Error(
        ErrorCode::kBadConfig,
        fmt::format("the S3 endpoint ({}) is not understood; give http://HOST:PORT or https://HOST:PORT, without a path and without keys",
                    found->origin));
  }
  return {fmt::format("{}://{}", scheme, rest), rest.find("amazonaws.com") != std::string_view::npos};
}

std::chrono::milliseconds seconds_of(double seconds) {
  return std::chrono::milliseconds(std::max<std::int64_t>(1, std::llround(seconds * 1000)));
}

std::chrono::milliseconds seconds_in(const SettingSet& values, std::string_view dotted) {
  return seconds_of(parse_number(values.text(dotted).value()).value());
}

// Koku's own variable stands between the section and the default.
std::chrono::milliseconds connect_timeout_of(const SettingSet& values, const Places& places) {
  constexpr std::string_view kKokus = "S3_CONNECTION_TIMEOUT";
  const auto kokus = places.variable(kKokus);
  if (!kokus || values.origin_of("s3.connect_timeout").kind != OriginKind::kDefault) return seconds_in(values, "s3.connect_timeout");
  const auto seconds = parse_number(kokus->value);
  if (!seconds || *seconds <= 0) {
    throw Error(ErrorCode::kBadConfig, fmt::format("{}: expected seconds, found {}", kKokus, as_shown(kokus->value)));
  }
  return seconds_of(*seconds);
}

}  // namespace

S3Config resolve_s3(const Settings& settings, const Environment& environment) {
  const SettingSet& values = settings.values;
  const Places places(values, environment);
  S3Config s3;
  const auto region = places.find("s3.region", {"AWS_REGION", "AWS_DEFAULT_REGION", "S3_REGION"}, "region");
  s3.region = region ? region->value : "us-east-1";
  s3.region_origin = region ? region->origin : "default";
  const auto url = places.find("s3.endpoint", {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "S3_ENDPOINT"}, "endpoint_url");
  if (!url && values.has("s3.endpoint")) (void)values.text("s3.endpoint");  // names the variable that is not set
  const Endpoint endpoint = endpoint_of(url, s3.region, values.boolean("s3.use_ssl").value());
  s3.endpoint = endpoint.url;
  s3.endpoint_origin = url ? url->origin : "default";
  s3.credentials = credentials_of(values, places);
  s3.path_style = values.boolean("s3.path_style").value_or(!endpoint.is_amazons);
  s3.verify_tls = values.boolean("s3.verify_ssl").value();
  s3.ca_file = text_of(places.find("s3.ca_file", {"AWS_CA_BUNDLE"}, "ca_bundle"));
  s3.connect_timeout = connect_timeout_of(values, places);
  s3.request_timeout = seconds_in(values, "s3.request_timeout");
  s3.deadline = seconds_in(values, "s3.deadline");
  s3.max_attempts = static_cast<int>(values.integer("s3.max_attempts").value());
  return s3;
}

}  // namespace costmill
