#include "metrics_listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "costmill/error.h"

namespace costmill::app {
namespace {

using Clock = std::chrono::steady_clock;

// Prometheus asks with one connection and some hundred bytes, and waits ten seconds by default.
constexpr std::size_t kMostConnections = 16;
constexpr std::size_t kMostRequestBytes = 8 << 10;
constexpr std::chrono::seconds kLongestLife{5};
constexpr int kBacklog = 16;
constexpr std::chrono::milliseconds kPause{100};  // where the system has nothing to give

[[noreturn]] void cannot_listen(const std::string& host, const std::string& port, std::string_view why) {
  throw Error(ErrorCode::kBadConfig,
              fmt::format("metrics.listen: nobody can be answered at {}:{}: {}; choose an address of this machine and a "
                          "port that is free; the run itself is not affected",
                          host, port, why));
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

Descriptor listen_at(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); failed != 0)
    cannot_listen(host, port, gai_strerror(failed));
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  int error = 0;
  for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
    Descriptor socket(::socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol));
    if (socket.number() < 0) {
      error = errno;
      continue;
    }
    const int on = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // the port of a run that ended is free at once
    if (::bind(socket.number(), at->ai_addr, at->ai_addrlen) == 0 && ::listen(socket.number(), kBacklog) == 0) return socket;
    error = errno;
  }
  cannot_listen(host, port, std::strerror(error));
}

std::string bound_address(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST] = "";
  char port[NI_MAXSERV] = "";
  if (::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  ::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  return address.ss_family == AF_INET6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string response_of(std::string_view status, std::string_view type, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status, type, body.size(),
                     body);
}

std::string refusal(std::string_view status) { return response_of(status, "text/plain", fmt::format("{}\n", status)); }

// Of what came so far; empty: more has to come.
std::string answer_to(std::string_view request, const std::function<std::string()>& text) {
  if (request.size() > kMostRequestBytes) return refusal("431 Request Header Fields Too Large");
  const bool is_whole = request.find("\r\n\r\n") != std::string_view::npos || request.find("\n\n") != std::string_view::npos;
  if (!is_whole) return "";
  const std::string_view line = request.substr(0, request.find_first_of("\r\n"));
  const std::size_t method_end = line.find(' ');
  const std::size_t path_end = method_end == std::string_view::npos ? method_end : line.find(' ', method_end + 1);
  if (path_end == std::string_view::npos || !line.substr(path_end + 1).starts_with("HTTP/1.")) return refusal("400 Bad Request");
  if (line.substr(0, method_end) != "GET") return refusal("405 Method Not Allowed");
  const std::string_view target = line.substr(method_end + 1, path_end - method_end - 1);
  if (target.substr(0, target.find('?')) != "/metrics") return refusal("404 Not Found");
  return response_of("200 OK", "text/plain; version=0.0.4; charset=utf-8", text());
}

class Client {
 public:
  explicit Client(Descriptor socket) : socket_(std::move(socket)) {}

  pollfd wish() const {
    const short events = answer_.empty() ? POLLIN : POLLOUT;
    return {.fd = socket_.number(), .events = events, .revents = 0};
  }
  Clock::time_point end() const { return end_; }

  // False: done with it.
  bool go_on(const std::function<std::string()>& text) { return answer_.empty() ? read(text) : write(); }

 private:
  static bool may_come() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

  bool read(const std::function<std::string()>& text) {
    char bytes[2048];
    const ssize_t count = ::recv(socket_.number(), bytes, sizeof bytes, 0);
    if (count == 0 || (count < 0 && !may_come())) return false;
    if (count < 0) return true;
    request_.append(bytes, static_cast<std::size_t>(count));
    answer_ = answer_to(request_, text);
    return true;
  }

  bool write() {
    const ssize_t count = ::send(socket_.number(), answer_.data() + sent_, answer_.size() - sent_, MSG_NOSIGNAL);
    if (count < 0) return may_come();
    sent_ += static_cast<std::size_t>(count);
    if (sent_ < answer_.size()) return true;
    // What it still sends would make the system reset the connection, and with it the answer.
    ::shutdown(socket_.number(), SHUT_WR);
    char rest[2048];
    while (::recv(socket_.number(), rest, sizeof rest, 0) > 0 && ++discarded_ < 64) continue;
    return false;
  }

  Descriptor socket_;
  Clock::time_point end_ = Clock::now() + kLongestLife;
  std::string request_;
  std::string answer_;
  std::size_t sent_ = 0;
  int discarded_ = 0;
};

// Whatever befalls one client, memory that is short among it, ends that client only.
bool goes_on(Client& client, const std::function<std::string()>& text) {
  try {
    return client.go_on(text);
  } catch (const std::exception&) {
    return false;
  }
}

int milliseconds_until(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count() + 1;
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

MetricsListener::MetricsListener(const std::string& host, const std::string& port, std::function<std::string()> text)
    : text_(std::move(text)),
      socket_(listen_at(host, port)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      address_(bound_address(socket_)) {
  if (stop_.number() < 0) cannot_listen(host, port, std::strerror(errno));
  thread_ = std::thread([this] { serve(); });
}

MetricsListener::~MetricsListener() {
  const std::uint64_t once = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_.number(), &once, sizeof once);
  thread_.join();
}

void MetricsListener::serve() {
  std::deque<Client> clients;  // oldest first
  std::vector<pollfd> wishes;
  wishes.reserve(kMostConnections + 2);
  while (true) {
    wishes.assign({{.fd = stop_.number(), .events = POLLIN, .revents = 0}, {.fd = socket_.number(), .events = POLLIN, .revents = 0}});
    for (const Client& client : clients) wishes.push_back(client.wish());
    if (::poll(wishes.data(), wishes.size(), clients.empty() ? -1 : milliseconds_until(clients.front().end())) < 0) {
      std::this_thread::sleep_for(kPause);
      continue;
    }
    if (wishes[0].revents != 0) return;
    std::size_t place = 2;
    std::erase_if(clients, [&](Client& client) {
      const bool is_awake = wishes[place++].revents != 0;
      return Clock::now() >= client.end() || (is_awake && !goes_on(client, text_));
    });
    if (wishes[1].revents == 0) continue;
    Descriptor accepted(::accept4(socket_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted.number() < 0) {
      // Without a free descriptor the one that waits would wake this thread for ever: make room for it, or let it wait a while. For
      // what passes by itself nobody has to go.
      const bool is_out_of_room = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      if (is_out_of_room && !clients.empty()) {
        clients.pop_front();
      } else if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
        std::this_thread::sleep_for(kPause);
      }
      continue;
    }
    if (clients.size() == kMostConnections) clients.pop_front();
    try {
      clients.emplace_back(std::move(accepted));
    } catch (const std::bad_alloc&) {
      continue;
    }
  }
}

}  // namespace costmill::app
