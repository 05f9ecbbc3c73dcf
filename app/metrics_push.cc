#include "metrics_push.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "s3/http.h"
#include "signals.h"
#include "terminal.h"

namespace costmill::app {
namespace {

using std::chrono::milliseconds;

// A gateway that is away holds a run up for so long; after a signal for less, for the program is to end within 5 seconds.
constexpr milliseconds kDeadline{5'000};
constexpr milliseconds kDeadlineOfStop{1'000};

std::string host_of(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  const std::string authority = url.substr(begin, url.find('/', begin) - begin);
  return authority.substr(authority.rfind('@') + 1);
}

// In words of ours: libcurl's may hold parts of a URL, and the gateway's answer what it was sent.
std::string_view words_for(HttpFailure failure) {
  switch (failure) {
    case HttpFailure::kNoConnection: return "nobody answers";
    case HttpFailure::kUntrusted: return "its certificate is not trusted";
    case HttpFailure::kTooSlow: return "it does not answer in time";
    case HttpFailure::kCancelled: return "the program was stopped";
    case HttpFailure::kNone:
    case HttpFailure::kCutOff:
    case HttpFailure::kTooLong: return "the connection broke";
  }
  return "the connection broke";
}

}  // namespace

void push_metrics(const std::string& url, const std::string& text) {
  const milliseconds deadline = stop_requested() ? kDeadlineOfStop : kDeadline;
  HttpConnection connection(HttpServer{});
  // POST keeps what this text lacks, such as the last success of another run.
  const HttpResponse response =
      connection.send({.url = url, .headers = {"Content-Type: text/plain; version=0.0.4", "Expect:"}, .body = {}, .content = text},
                      {.connect_timeout = deadline, .stall_timeout = deadline, .deadline = std::chrono::steady_clock::now() + deadline});
  if (response.failure == HttpFailure::kNone && response.status >= 200 && response.status < 300) return;
  const std::string why = response.failure == HttpFailure::kNone || response.status >= 300
                              ? fmt::format("it answers with status {}", response.status)
                              : std::string(words_for(response.failure));
  spdlog::warn("{}",
               guarded_format("metrics.push_url: the Pushgateway at {} did not get the metrics: {}; check its address, and whether it is "
                              "up; the run itself is not affected",
                              host_of(url), why));
}

}  // namespace costmill::app
