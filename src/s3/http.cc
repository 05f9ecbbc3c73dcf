#include "s3/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>

#include "config/values.h"
#include "costmill/error.h"

namespace costmill {
namespace {

using Clock = std::chrono::steady_clock;

// Pages of listings are far smaller.
constexpr std::size_t kMostTextBytes = 32 << 20;
// Of an error's text; what matters stands at its beginning.
constexpr std::size_t kMostErrorBytes = 64 << 10;
constexpr std::int64_t kLeastBytesPerSecond = 1024;
constexpr std::chrono::milliseconds kWindow{1'000};  // in which the speed is measured: libcurl asks that often
constexpr long kReceiveBufferBytes = 256 * 1024;

void start_curl_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw Error(ErrorCode::kBug, fmt::format("libcurl does not start: {}", curl_easy_strerror(code)));
}

// An answer on its way.
struct Transfer {
  const HttpRequest& request;
  const HttpLimits& limits;
  HttpResponse response;
  CURL* curl;
  bool is_too_long = false;
  bool is_cancelled = false;
  std::exception_ptr failure;
  Clock::time_point window_begin = Clock::now();
  Clock::time_point last_alive = window_begin;
  curl_off_t window_bytes = 0;

  bool add(std::span<const char> bytes) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300) {
      response.text.append(bytes.data(), std::min(bytes.size(), kMostErrorBytes - response.text.size()));
      return true;
    }
    const bool is_content = !request.body.empty();
    const std::size_t room = is_content ? request.body.size() - response.body_bytes : kMostTextBytes - response.text.size();
    is_too_long = bytes.size() > room;
    if (is_too_long) return false;
    if (is_content) {
      std::memcpy(request.body.data() + response.body_bytes, bytes.data(), bytes.size());
      response.body_bytes += bytes.size();
    } else {
      response.text.append(bytes.data(), bytes.size());
    }
    return true;
  }

  // Whether to go on; asked at least once a second.
  bool goes_on(curl_off_t bytes_so_far) {
    is_cancelled = limits.is_cancelled();
    if (is_cancelled) return false;
    const auto now = Clock::now();
    if (now - window_begin < std::min<std::chrono::milliseconds>(kWindow, limits.stall_timeout)) return true;
    const double seconds = std::chrono::duration<double>(now - window_begin).count();
    const bool is_alive = static_cast<double>(bytes_so_far - window_bytes) >= static_cast<double>(kLeastBytesPerSecond) * seconds;
    if (is_alive) last_alive = now;
    window_begin = now;
    window_bytes = bytes_so_far;
    return now - last_alive < limits.stall_timeout;
  }
};

// No exception may pass through curl.
std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* at) {
  auto& transfer = *static_cast<Transfer*>(at);
  try {
    return transfer.add({bytes, size * count}) ? size * count : 0;
  } catch (const std::bad_alloc&) {
    transfer.failure = std::current_exception();
    return 0;
  }
}

void add_header(std::map<std::string, std::string, std::less<>>& headers, std::string_view line) {
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    headers.clear();  // of an answer before this one, such as 100 Continue
  } else if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    headers.insert_or_assign(std::move(name), std::string(trimmed(line.substr(colon + 1))));
  }
}

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* at) {
  auto& transfer = *static_cast<Transfer*>(at);
  try {
    add_header(transfer.response.headers, {bytes, size * count});
    return size * count;
  } catch (const std::bad_alloc&) {
    transfer.failure = std::current_exception();
    return 0;
  }
}

int on_progress(void* transfer, curl_off_t /*total*/, curl_off_t received, curl_off_t /*to_send*/, curl_off_t sent) {
  return static_cast<Transfer*>(transfer)->goes_on(received + sent) ? 0 : 1;
}

HttpFailure failure_of(CURLcode code, const Transfer& transfer) {
  switch (code) {
    case CURLE_OK: return HttpFailure::kNone;
    case CURLE_ABORTED_BY_CALLBACK: return transfer.is_cancelled ? HttpFailure::kCancelled : HttpFailure::kTooSlow;
    case CURLE_OPERATION_TIMEDOUT: return HttpFailure::kTooSlow;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR: return HttpFailure::kNoConnection;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM: return HttpFailure::kUntrusted;
    case CURLE_WRITE_ERROR: return transfer.is_too_long ? HttpFailure::kTooLong : HttpFailure::kCutOff;
    default: return HttpFailure::kCutOff;
  }
}

long milliseconds_of(std::chrono::milliseconds time) {
  return std::max(1L, static_cast<long>(time.count()));  // 0 would mean without a limit
}

struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

struct HttpConnection::Handle {
  Handle() : curl(curl_easy_init()) {
    if (curl == nullptr) throw Error(ErrorCode::kNoMemory, "no memory for a connection; lower performance.parallel_readers");
  }
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  CURL* curl;
};

HttpConnection::HttpConnection(const HttpServer& server) {
  start_curl_once();
  handle_ = std::make_unique<Handle>();
  CURL* const curl = handle_->curl;
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  // a look-up of a name that hangs is left behind in its thread
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);  // a key may hold `..`
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "costmill");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, server.verify_tls ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, server.verify_tls ? 2L : 0L);
  if (!server.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, server.ca_file.c_str());
  if (!server.signature.empty()) {
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, server.signature.c_str());
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.access_key.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.secret_key.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

HttpConnection::~HttpConnection() = default;

HttpResponse HttpConnection::send(const HttpRequest& request, const HttpLimits& limits) {
  CURL* const curl = handle_->curl;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(limits.deadline - Clock::now());
  std::unique_ptr<curl_slist, FreeHeaders> headers;
  for (const std::string& header : request.headers) {
    curl_slist* const longer = curl_slist_append(headers.get(), header.c_str());
    if (longer == nullptr) throw Error(ErrorCode::kNoMemory, "no memory for a request");
    (void)headers.release();
    headers.reset(longer);
  }
  char text[CURL_ERROR_SIZE] = "";
  Transfer transfer{.request = request, .limits = limits, .response = {}, .curl = curl};
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  if (request.content.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  } else {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.content.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.content.size()));
  }
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(std::min(left, limits.connect_timeout)));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds_of(left));
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  HttpResponse response = std::move(transfer.response);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  response.failure = failure_of(code, transfer);
  if (response.failure == HttpFailure::kTooSlow && code == CURLE_ABORTED_BY_CALLBACK) {
    response.failure_text = fmt::format("less than {} bytes a second for {:.1f} s", kLeastBytesPerSecond,
                                        std::chrono::duration<double>(limits.stall_timeout).count());
  } else if (response.failure == HttpFailure::kTooLong) {
    response.failure_text = "more came than was asked for";
  } else if (response.failure != HttpFailure::kNone) {
    response.failure_text = text[0] != '\0' ? std::string(trimmed(text)) : curl_easy_strerror(code);
  }
  return response;
}

}  // namespace costmill
