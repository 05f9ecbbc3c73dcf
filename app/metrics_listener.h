// Answers GET /metrics while it lives, from a thread of its own, and nothing else.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace costmill::app {

// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int number() const { return number_; }

 private:
  int number_;
};

// Who connects may be slow, silent, endless or hostile: connections, their life, and the bytes of a request are bounded, and whoever comes
// when all places are taken takes the oldest one's.
class MetricsListener {
 public:
  // Throws Error(kBadConfig) where the address cannot be listened at. `text` is called from the thread.
  MetricsListener(const std::string& host, const std::string& port, std::function<std::string()> text);
  ~MetricsListener();
  MetricsListener(const MetricsListener&) = delete;
  MetricsListener& operator=(const MetricsListener&) = delete;

  // HOST:PORT, with the port that was chosen for 0.
  const std::string& address() const { return address_; }

 private:
  void serve();

  const std::function<std::string()> text_;
  Descriptor socket_;
  Descriptor stop_;  // readable: end
  std::string address_;
  std::thread thread_;
};

}  // namespace costmill::app
