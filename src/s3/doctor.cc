#include "s3/doctor.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "s3/client.h"

namespace costmill {
namespace {

// Servers refuse requests that are off by more than a quarter of an hour.
constexpr long kSecondsToWarn = 300;

Finding credentials_finding(const S3Config& config) {
  const S3Credentials& keys = config.credentials;
  if (!keys.access_key.empty())
    return {Verdict::kGood, "credentials",
            fmt::format("keys from {}{}", keys.origin, keys.session_token.empty() ? "" : ", with a session token"), ""};
  return {Verdict::kWarning, "credentials", keys.origin, "set s3.access_key and s3.secret_key, unless the bucket is open to everybody"};
}

Finding transport_finding(const S3Config& config) {
  const std::string what =
      fmt::format("{} ({}), region {} ({})", config.endpoint, config.endpoint_origin, config.region, config.region_origin);
  if (config.endpoint.starts_with("http:"))
    return {Verdict::kWarning, "endpoint", what, "nothing protects what travels by http; use https outside of a network that is trusted"};
  if (!config.verify_tls)
    return {Verdict::kWarning, "endpoint", what, "s3.verify_ssl is off, so anybody may answer; give the authority as s3.ca_file instead"};
  return {Verdict::kGood, "endpoint", what, ""};
}

// What stands behind the last "; " of an error's text is its advice.
Finding problem(std::string check, const Error& error) {
  const std::string text = error.what();
  const std::size_t end = text.find("; ");
  if (end == std::string::npos) return {Verdict::kProblem, std::move(check), text, ""};
  return {Verdict::kProblem, std::move(check), text.substr(0, end), text.substr(end + 2)};
}

std::optional<Finding> clock_finding(const std::string& server_date) {
  const std::time_t server = curl_getdate(server_date.c_str(), nullptr);
  if (server == -1) return std::nullopt;
  const long ahead = static_cast<long>(std::difftime(std::time(nullptr), server));
  if (std::abs(ahead) < kSecondsToWarn)
    return Finding{Verdict::kGood, "clock", fmt::format("within {} s of the server's", std::abs(ahead)), ""};
  return Finding{Verdict::kWarning, "clock", fmt::format("{} s {} the server's", std::abs(ahead), ahead > 0 ? "ahead of" : "behind"),
                 "set this machine's clock: servers refuse requests that are a quarter of an hour off"};
}

}  // namespace

std::vector<Finding> examine_bucket(const S3Location& location, const S3Config& config, const std::atomic<bool>* cancelled) {
  std::vector<Finding> findings{credentials_finding(config), transport_finding(config)};
  S3Client client(config, location.bucket, cancelled);
  S3Client::Glance glance;
  try {
    glance = client.glance(location.prefix);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kCancelled) throw;
    findings.push_back(problem("listing", error));
    return findings;
  }
  if (auto clock = clock_finding(glance.server_date)) findings.push_back(std::move(*clock));
  findings.push_back({Verdict::kGood, "listing", fmt::format("{} may be listed", location.uri()), ""});
  const auto& objects = glance.page.objects;
  const auto object = std::find_if(objects.begin(), objects.end(), [](const S3Object& candidate) { return candidate.bytes > 0; });
  if (object == objects.end()) {
    findings.push_back({Verdict::kProblem, "objects", fmt::format("there is nothing below {}", location.uri()),
                        "check the prefix of --input: it is the folder that holds data/"});
    return findings;
  }
  try {
    std::array<std::uint8_t, 4> bytes{};
    client.read(*object, 0, std::span(bytes).first(std::min<std::size_t>(bytes.size(), object->bytes)));
    findings.push_back({Verdict::kGood, "reading", fmt::format("the first bytes of {} were read", client.uri_of(object->key)), ""});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kCancelled) throw;
    findings.push_back(problem("reading", error));
  }
  return findings;
}

}  // namespace costmill
