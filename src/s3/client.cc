#include "s3/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>
#include <thread>

#include "config/percent_encoding.h"
#include "config/values.h"
#include "texts/printable.h"

namespace costmill {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLongestPause{5'000};
constexpr milliseconds kNap{50};     // between two looks at `cancelled`
constexpr int kMostEmptyPages = 10;  // in a row; where much was deleted some servers send one or two

HttpServer server_of(const S3Config& config) {
  const S3Credentials& keys = config.credentials;
  return {.verify_tls = config.verify_tls,
          .ca_file = config.ca_file,
          .signature = keys.access_key.empty() ? "" : fmt::format("aws:amz:{}:s3", config.region),
          .access_key = keys.access_key,
          .secret_key = keys.secret_key};
}

// A certificate for *.HOST does not cover a name with another dot in it.
std::string base_url_of(const S3Config& config, const std::string& bucket) {
  if (config.path_style || bucket.find('.') != std::string::npos) return fmt::format("{}/{}", config.endpoint, bucket);
  std::string url = config.endpoint;
  url.insert(url.find("://") + 3, bucket + ".");
  return url;
}

// Doubles with each attempt, and spreads so that readers which failed together do not come back together.
milliseconds pause_after(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const milliseconds longest = std::min(kLongestPause, kFirstPause * (1 << std::min(attempt - 1, 16)));
  return milliseconds(std::uniform_int_distribution<std::int64_t>(longest.count() / 2, longest.count())(random));
}

}  // namespace

S3Client::S3Client(const S3Config& config, std::string bucket, const std::atomic<bool>* cancelled)
    : config_(config),
      bucket_(std::move(bucket)),
      server_(server_of(config)),
      base_url_(base_url_of(config, bucket_)),
      cancelled_(cancelled) {}

std::string S3Client::url_of(const std::string& key) const { return fmt::format("{}/{}", base_url_, percent_encoded(key, "/")); }

std::unique_ptr<HttpConnection> S3Client::take_connection() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return std::make_unique<HttpConnection>(server_);
}

HttpResponse S3Client::send(const HttpRequest& request, const S3Operation& operation, const Check& check,
                            const std::atomic<bool>* dropped) {
  const auto begin = Clock::now();
  const HttpLimits limits{.connect_timeout = config_.connect_timeout,
                          .stall_timeout = config_.request_timeout,
                          .deadline = begin + config_.deadline,
                          .cancelled = {cancelled_, dropped}};
  HttpRequest signed_request = request;
  if (const std::string& token = config_.credentials.session_token; !token.empty())
    signed_request.headers.push_back("x-amz-security-token: " + token);
  std::unique_ptr<HttpConnection> connection = take_connection();
  for (int attempt = 1;; ++attempt) {
    HttpResponse response = connection->send(signed_request, limits);
    // A refusal is one even if its text does not come whole.
    const bool is_cut = response.failure == HttpFailure::kCutOff || response.failure == HttpFailure::kTooSlow;
    if (is_cut && response.status >= 300) response.failure = HttpFailure::kNone;
    // Servers that overlook If-Match still say what they send.
    const std::string etag = without_quotes(response.header("etag"));
    if (!operation.etag.empty() && !etag.empty() && etag != operation.etag) throw changed(operation, "changed");
    if (response.failure == HttpFailure::kNone && response.status >= 200 && response.status < 300) {
      const auto complaint = check(response);
      if (!complaint) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(connection));
        return response;
      }
      response.failure = HttpFailure::kCutOff;
      response.failure_text = *complaint;
    }
    const auto wake = Clock::now() + pause_after(attempt);
    if (!may_pass(response) || attempt >= config_.max_attempts || wake >= limits.deadline)
      throw failure_of(response, operation, {.attempts = attempt, .seconds = Clock::now() - begin}, config_);
    ++retries_;
    while (Clock::now() < wake && !limits.is_cancelled()) std::this_thread::sleep_for(kNap);
  }
}

ListingPage S3Client::list_page(const std::string& prefix, const std::string& query, std::string* server_date) {
  std::optional<ListingPage> page;
  const auto check = [&](const HttpResponse& response) -> std::optional<std::string> {
    page = parse_listing_page(response.text);
    if (!page) return "the answer is no whole page of a listing";
    const auto is_outside = [&](const std::string& key) { return !key.starts_with(prefix); };
    if (std::any_of(page->objects.begin(), page->objects.end(), [&](const S3Object& object) { return is_outside(object.key); }) ||
        std::any_of(page->prefixes.begin(), page->prefixes.end(), is_outside)) {
      return "the answer lists other keys than those asked for";
    }
    return std::nullopt;
  };
  // The signature covers the parameters in the order of their names.
  const HttpResponse response =
      send({.url = fmt::format("{}/?{}&prefix={}", base_url_, query, percent_encoded(prefix)), .headers = {}, .body = {}, .content = {}},
           {.target = uri_of(prefix), .key = "", .bucket = bucket_, .etag = ""}, check, nullptr);
  if (server_date != nullptr) *server_date = response.header("date");
  return std::move(*page);
}

ListingPage S3Client::list(const std::string& prefix) {
  const auto refuse = [&](std::string_view complaint) {
    throw Error(ErrorCode::kInputUnavailable, fmt::format("{} cannot be listed: the server {}; check that {} ({}) is right, then run again",
                                                          uri_of(prefix), complaint, config_.endpoint, config_.endpoint_origin));
  };
  ListingPage all;
  std::set<std::string> names;   // an entry that comes twice would be counted twice
  std::set<std::string> tokens;  // of all pages: a circle may be long
  int empty_pages = 0;
  std::string token;
  do {
    const std::string continued = token.empty() ? "" : fmt::format("continuation-token={}&", percent_encoded(token));
    ListingPage page = list_page(prefix, continued + "delimiter=%2F&list-type=2", nullptr);
    for (const S3Object& object : page.objects) {
      if (!names.insert(object.key).second) refuse("lists an object twice");
    }
    for (const std::string& deeper : page.prefixes) {
      if (!names.insert(deeper).second) refuse("lists a folder twice");
    }
    empty_pages = page.objects.empty() && page.prefixes.empty() ? empty_pages + 1 : 0;
    if (empty_pages > kMostEmptyPages) refuse("answers with one empty page after another");
    token = page.next;
    if (!token.empty() && !tokens.insert(token).second) refuse("answers with the same pages again and again");
    std::move(page.objects.begin(), page.objects.end(), std::back_inserter(all.objects));
    std::move(page.prefixes.begin(), page.prefixes.end(), std::back_inserter(all.prefixes));
  } while (!token.empty());
  return all;
}

S3Client::Glance S3Client::glance(const std::string& prefix) {
  Glance glance;
  glance.page = list_page(prefix, "list-type=2&max-keys=10", &glance.server_date);
  return glance;
}

void S3Client::read(const S3Object& object, std::uint64_t offset, std::span<std::uint8_t> bytes, const std::atomic<bool>* dropped) {
  if (bytes.empty()) return;
  const S3Operation operation{.target = uri_of(object.key), .key = object.key, .bucket = bucket_, .etag = object.etag};
  const std::uint64_t last = offset + bytes.size() - 1;
  const auto check = [&](const HttpResponse& response) -> std::optional<std::string> {
    if (response.body_bytes != bytes.size()) return fmt::format("{} bytes came instead of {}", response.body_bytes, bytes.size());
    const std::string sent = response.header("content-range");
    const std::string wanted = fmt::format("bytes {}-{}/{}", offset, last, object.bytes);
    const bool is_whole_object = response.status == 200 && offset == 0 && bytes.size() == object.bytes;
    if (!is_whole_object && sent != wanted)
      return fmt::format("{} came instead of '{}'", sent.empty() ? "no place" : as_shown(sent), wanted);
    return std::nullopt;
  };
  send({.url = url_of(object.key),
        .headers = {fmt::format("Range: bytes={}-{}", offset, last), fmt::format("If-Match: \"{}\"", object.etag)},
        .body = bytes,
        .content = {}},
       operation, check, dropped);
}

}  // namespace costmill
