// A bucket, read over its REST interface: listings and byte ranges, with attempts, limits of time, and the object's ETag on every read.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "s3/failures.h"
#include "s3/http.h"
#include "s3/listing.h"

namespace costmill {

// Thread-safe. Errors: kInputUnavailable (no answer within the limits of the config), kInputDenied, kInputChanged, kCancelled.
class S3Client {
 public:
  // `cancelled`: looked at at least once a second while a request is under way; nullptr: never.
  S3Client(const S3Config& config, std::string bucket, const std::atomic<bool>* cancelled);

  // Objects and folders directly below `prefix` (empty, or with '/' at the end): all of them, however many pages.
  ListingPage list(const std::string& prefix);

  // The first few keys below `prefix`, on any level, and what the server's clock said (the text of its header Date).
  struct Glance {
    ListingPage page;
    std::string server_date;
  };
  Glance glance(const std::string& prefix);

  // Fills `bytes` from `offset` of exactly the listed version. `dropped`: like `cancelled`, for this read.
  void read(const S3Object& object, std::uint64_t offset, std::span<std::uint8_t> bytes, const std::atomic<bool>* dropped = nullptr);

  // Attempts after the first, of all requests so far.
  std::uint64_t retries() const { return retries_; }

  std::string uri_of(const std::string& key) const { return "s3://" + bucket_ + "/" + key; }

 private:
  // What is wrong with an answer that says all is well; nullopt: nothing.
  using Check = std::function<std::optional<std::string>(const HttpResponse&)>;

  HttpResponse send(const HttpRequest& request, const S3Operation& operation, const Check& check, const std::atomic<bool>* dropped);
  ListingPage list_page(const std::string& prefix, const std::string& query, std::string* server_date);
  std::string url_of(const std::string& key) const;
  std::unique_ptr<HttpConnection> take_connection();

  const S3Config config_;
  const std::string bucket_;
  const HttpServer server_;
  const std::string base_url_;
  const std::atomic<bool>* cancelled_;
  std::atomic<std::uint64_t> retries_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpConnection>> idle_;
};

}  // namespace costmill
