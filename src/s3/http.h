// HTTP over libcurl: one request at a time on a connection that is kept, within limits of time.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace costmill {

// Why there is no whole answer.
enum class HttpFailure {
  kNone,
  kNoConnection,  // no such host, refused, no TLS handshake
  kUntrusted,     // the certificate, or what should check it
  kTooSlow,       // a limit of time
  kCutOff,        // the connection broke, or the body is shorter than it should be
  kTooLong,       // more body than was asked for
  kCancelled,
};

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;
  std::span<std::uint8_t> body;  // where the body of a 2xx goes; empty: into HttpResponse::text
  std::string_view content;      // sent by POST; empty: GET
};

struct HttpResponse {
  HttpFailure failure = HttpFailure::kNone;
  std::string failure_text;
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  // by lower-case name
  std::size_t body_bytes = 0;                               // that went into the request's body
  std::string text;

  std::string header(std::string_view name) const;
};

struct HttpLimits {
  std::chrono::milliseconds connect_timeout;
  std::chrono::milliseconds stall_timeout;  // without a KiB a second
  std::chrono::steady_clock::time_point deadline;
  std::array<const std::atomic<bool>*, 2> cancelled{};  // either ends the wait; nullptr: never

  bool is_cancelled() const {
    return std::any_of(cancelled.begin(), cancelled.end(), [](const std::atomic<bool>* flag) { return flag != nullptr && flag->load(); });
  }
};

// What is the same for all requests to a server.
struct HttpServer {
  bool verify_tls = true;
  std::string ca_file;    // empty: the system's authorities
  std::string signature;  // of libcurl's CURLOPT_AWS_SIGV4; empty: requests are not signed
  std::string access_key;
  std::string secret_key;
};

class HttpConnection {
 public:
  explicit HttpConnection(const HttpServer& server);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Does not throw for what the server or the network does.
  HttpResponse send(const HttpRequest& request, const HttpLimits& limits);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace costmill
