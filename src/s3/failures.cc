#include "s3/failures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "config/percent_encoding.h"
#include "config/values.h"
#include "s3/listing.h"
#include "texts/printable.h"

namespace costmill {
namespace {

constexpr std::string_view kPassingCodes[] = {"SlowDown",       "ServiceUnavailable", "InternalError",
                                              "RequestTimeout", "Throttling",         "RequestLimitExceeded"};
constexpr int kPassingStatuses[] = {408, 429, 500, 502, 503, 504};

// What S3 says is wrong with the keys that signed a request.
struct KeyTrouble {
  std::string_view code;
  std::string_view what;
  std::string_view advice;
  std::string_view kokus_variable = {};  // that holds what is wrong where the keys come from Koku's
};
constexpr std::string_view kKokusAccessKey = "S3_ACCESS_KEY";
constexpr KeyTrouble kKeyTroubles[] = {
    {"InvalidAccessKeyId", "the access key is not known there", "correct s3.access_key or AWS_ACCESS_KEY_ID", kKokusAccessKey},
    {"SignatureDoesNotMatch", "the secret key does not belong to the access key", "correct s3.secret_key or AWS_SECRET_ACCESS_KEY",
     "S3_SECRET"},
    {"ExpiredToken", "the session token has expired", "fetch new keys and set s3.session_token or AWS_SESSION_TOKEN with them"},
    {"TokenRefreshRequired", "the session token has expired", "fetch new keys and set s3.session_token or AWS_SESSION_TOKEN with them"},
    {"InvalidToken", "the session token is not valid", "correct s3.session_token or AWS_SESSION_TOKEN, or unset it for lasting keys"},
    {"InvalidTokenId", "the session token is not valid", "correct s3.session_token or AWS_SESSION_TOKEN, or unset it for lasting keys"},
    {"RequestTimeTooSkewed", "the clocks of this machine and the server differ by too much", "set this machine's clock"},
};

std::string answer_of(const HttpResponse& response, const S3ErrorText& error) {
  if (response.failure != HttpFailure::kNone) return response.failure_text;
  return fmt::format("HTTP {}{}{}", response.status, error.code.empty() ? "" : " ", error.code);
}

std::string effort_of(const S3Effort& effort) {
  return fmt::format("{} attempt{} in {:.1f} s", effort.attempts, effort.attempts == 1 ? "" : "s", effort.seconds.count());
}

std::string advice_for_no_answer(HttpFailure failure, bool is_listing, const S3Config& config) {
  if (failure == HttpFailure::kUntrusted) {
    return fmt::format(
        "give the authority's certificate as s3.ca_file or AWS_CA_BUNDLE, and check that {} is the name in the server's certificate",
        config.endpoint);
  }
  if (failure == HttpFailure::kTooLong && !is_listing) return "the server ignores byte ranges, which costmill needs";
  return fmt::format(
      "check that {} ({}) is right and answers, then run again (limits: s3.connect_timeout {:g} s, s3.request_timeout {:g} s, "
      "s3.max_attempts {}, s3.deadline {:g} s)",
      config.endpoint, config.endpoint_origin, std::chrono::duration<double>(config.connect_timeout).count(),
      std::chrono::duration<double>(config.request_timeout).count(), config.max_attempts,
      std::chrono::duration<double>(config.deadline).count());
}

// A server may say what it was told.
std::string without_keys(const std::string& word, const S3Credentials& keys) {
  const auto holds = [&](const std::string& text) { return word.find(text) != std::string::npos; };
  const auto shows = [&](const std::string& key) {
    return !key.empty() && (holds(key) || holds(percent_encoded(key)) || holds(percent_encoded(key, "/")));
  };
  return shows(keys.access_key) || shows(keys.secret_key) || shows(keys.session_token) ? "" : word;
}

// What follows a '?' may be a signature.
std::string_view without_query(std::string_view url) { return url.substr(0, url.find('?')); }

std::string advice_for(const KeyTrouble& trouble, const S3Credentials& keys) {
  const bool are_kokus = keys.origin == kKokusAccessKey && !trouble.kokus_variable.empty();
  return are_kokus ? fmt::format("correct {}", trouble.kokus_variable) : std::string(trouble.advice);
}

std::string signer_of(const S3Config& config) {
  if (config.credentials.access_key.empty()) return fmt::format("the request was anonymous (keys: {})", config.credentials.origin);
  return fmt::format("keys from {}", config.credentials.origin);
}

}  // namespace

bool may_pass(const HttpResponse& response) {
  switch (response.failure) {
    case HttpFailure::kNone: break;
    case HttpFailure::kNoConnection:
    case HttpFailure::kTooSlow:
    case HttpFailure::kCutOff: return true;
    case HttpFailure::kUntrusted:
    case HttpFailure::kTooLong:
    case HttpFailure::kCancelled: return false;
  }
  if (std::find(std::begin(kPassingStatuses), std::end(kPassingStatuses), response.status) != std::end(kPassingStatuses)) return true;
  if (response.status < 400) return false;
  const std::string code = parse_error(response.text).code;
  return std::find(std::begin(kPassingCodes), std::end(kPassingCodes), code) != std::end(kPassingCodes);
}

Error changed(const S3Operation& operation, const std::string& how) {
  return {ErrorCode::kInputChanged,
          fmt::format("{} {} since it was listed; run again when its writer is done", operation.target, how),
          {.file = operation.key}};
}

Error failure_of(const HttpResponse& response, const S3Operation& operation, const S3Effort& effort, const S3Config& config) {
  const ErrorPlace place{.file = operation.key};
  if (response.failure == HttpFailure::kCancelled) return {ErrorCode::kCancelled, "stopped while reading " + operation.target, place};
  const bool is_listing = operation.key.empty();
  S3ErrorText error = parse_error(response.text);
  error.code = without_keys(error.code, config.credentials);
  const std::string begin =
      fmt::format("{} cannot be {}: {}", operation.target, is_listing ? "listed" : "read", answer_of(response, error));
  if (response.failure != HttpFailure::kNone) {
    const std::string advice = advice_for_no_answer(response.failure, is_listing, config);
    return {ErrorCode::kInputUnavailable, fmt::format("{} ({}); {}", begin, effort_of(effort), advice), place};
  }
  const std::string bucket_region =
      without_keys(error.region.empty() ? word_of(response.header("x-amz-bucket-region")) : error.region, config.credentials);
  const bool is_redirect = response.status >= 300 && response.status < 400;
  if (is_redirect && bucket_region.empty() && error.code.empty()) {
    return {ErrorCode::kInputDenied,
            fmt::format("{}: {} ({}) sends all who ask to {}; if that is the S3 server, give it as s3.endpoint or AWS_ENDPOINT_URL", begin,
                        config.endpoint, config.endpoint_origin,
                        as_shown(without_keys(std::string(without_query(response.header("location"))), config.credentials))),
            place};
  }
  if (is_redirect || error.code == "AuthorizationHeaderMalformed" || error.code == "IllegalLocationConstraintException") {
    return {ErrorCode::kInputDenied,
            fmt::format("{}: the bucket is in the region {}, asked was {} ({}); set s3.region or AWS_REGION", begin,
                        bucket_region.empty() ? "that its owner knows" : bucket_region, config.region, config.region_origin),
            place};
  }
  for (const KeyTrouble& trouble : kKeyTroubles) {
    if (error.code == trouble.code)
      return {ErrorCode::kInputDenied,
              fmt::format("{}: {}; {} ({})", begin, trouble.what, advice_for(trouble, config.credentials), signer_of(config)), place};
  }
  if (response.status == 401 || response.status == 403) {
    return {ErrorCode::kInputDenied,
            fmt::format("{}; give these keys the right {} on {}, or use others: {}", begin, is_listing ? "s3:ListBucket" : "s3:GetObject",
                        operation.bucket, signer_of(config)),
            place};
  }
  if (error.code == "NoSuchBucket" || (is_listing && response.status == 404)) {
    return {ErrorCode::kInputUnavailable,
            fmt::format("{}: {} ({}) has no bucket {}; correct the URI or s3.bucket", begin, config.endpoint, config.endpoint_origin,
                        operation.bucket),
            place};
  }
  if (!is_listing && response.status == 404) return changed(operation, "vanished");
  if (!is_listing && (response.status == 412 || response.status == 416)) return changed(operation, "changed");
  return {ErrorCode::kInputUnavailable,
          fmt::format("{} ({}); {}", begin, effort_of(effort), advice_for_no_answer(response.failure, is_listing, config)), place};
}

}  // namespace costmill
