#include "dask_engine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "costmill/error.h"
#include "distribution/distributed_run.h"

namespace costmill::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kPythonVariable = "COSTMILL_PYTHON";

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

Error no_descriptor() {
  return Error(ErrorCode::kNoMemory, fmt::format("cannot connect with the process that speaks with Dask: {}", std::strerror(errno)));
}

// Both ends close in what is executed.
struct Ends {
  int ours = -1;
  int theirs = -1;
};

// To Python: a socket, for a write to a pipe that nobody reads would end this process by a signal.
Ends make_socket() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw no_descriptor();
  return {ends[0], ends[1]};
}

Ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw no_descriptor();
  return {ends[0], ends[1]};
}

Json json_of(const Submission& task) {
  Json parts = Json::array();
  for (const Submission& part : task.parts) parts.push_back(json_of(part));
  return {task.key, task.task, task.rows, std::move(parts)};
}

// The process `python -m costmill.dask_engine`: lines of JSON in both directions, until its standard input ends.
class DaskProcess final : public Dispatcher {
 public:
  DaskProcess(const Config& config, TaskResults& results, const std::atomic<bool>& cancelled) : results_(results), cancelled_(cancelled) {
    const char* const chosen = std::getenv(kPythonVariable);
    python_ = chosen != nullptr ? chosen : "python3";
    const Ends tasks = make_socket();
    const Ends answers = make_pipe();
    tasks_ = tasks.ours;
    answers_.reset(::fdopen(answers.ours, "r"));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, tasks.theirs, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, answers.theirs, STDOUT_FILENO);
    std::string scheduler = "tcp://" + config.run.engine.substr(kDaskScheme.size());
    std::string connections = std::to_string(config.postgres.connections);
    // Without -P Python would look for modules in the current folder first.
    std::array<char*, 7> arguments{python_.data(),
                                   const_cast<char*>("-P"),
                                   const_cast<char*>("-m"),
                                   const_cast<char*>("costmill.dask_engine"),
                                   scheduler.data(),
                                   connections.data(),
                                   nullptr};
    const int failed = ::posix_spawnp(&process_, python_.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(tasks.theirs);
    ::close(answers.theirs);
    if (failed != 0) {
      ::close(tasks_);
      throw not_started(std::strerror(failed));
    }
    reader_ = std::thread([this] { read(); });
  }

  ~DaskProcess() override {
    ::close(tasks_);  // its end is the process's
    end_process();
    reader_.join();
  }

  // A process that is gone is noticed by the reader.
  void submit(std::vector<Submission> tasks) override {
    Json line = Json::array();
    for (const Submission& task : tasks) line.push_back(json_of(task));
    const std::string text = line.dump(-1, ' ', true) + '\n';
    for (std::size_t sent = 0; sent < text.size() && !cancelled_;) {
      constexpr int kSignalLatencyMilliseconds = 100;
      pollfd room{.fd = tasks_, .events = POLLOUT, .revents = 0};
      if (::poll(&room, 1, kSignalLatencyMilliseconds) <= 0) continue;
      const ssize_t bytes = ::send(tasks_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (bytes < 0 && errno != EINTR && errno != EAGAIN) return;
      if (bytes > 0) sent += static_cast<std::size_t>(bytes);
    }
  }

 private:
  // It waits for workers and a scheduler that may never answer.
  void end_process() {
    constexpr std::chrono::milliseconds kPause{20};
    for (const auto& [signal, patience] : {std::pair(0, std::chrono::seconds(5)), std::pair(SIGTERM, std::chrono::seconds(2))}) {
      if (signal != 0) ::kill(process_, signal);
      for (auto waited = std::chrono::milliseconds(0); waited < patience; waited += kPause) {
        if (::waitpid(process_, nullptr, WNOHANG) != 0) return;
        std::this_thread::sleep_for(kPause);
      }
    }
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  Error not_started(const std::string& why) const {
    return Error(ErrorCode::kBadConfig,
                 fmt::format("run.engine: {} -m costmill.dask_engine: {}; install the package with pip install 'costmill[dask]', and name "
                             "its Python in {}",
                             python_, why, kPythonVariable));
  }

  void read() {
    char* line = nullptr;
    std::size_t room = 0;
    bool has_answered = false;
    while (::getline(&line, &room, answers_.get()) > 0) {
      has_answered = true;
      take(line);
    }
    std::free(line);
    results_.fail_all(has_answered
                          ? Error(ErrorCode::kSinkUnavailable,
                                  "the process that speaks with Dask ended; see its messages above; days done so far stay; run again")
                          : not_started("ended at once; see its messages above"));
  }

  void take(const char* line) {
    try {
      const Json answer = Json::parse(line);
      if (answer.contains("receipt")) {
        results_.put(answer.at("key").get<std::string>(), receipt_from(answer.at("receipt").get<std::string>()));
      } else if (answer.contains("key")) {
        results_.fail(answer.at("key").get<std::string>(), error_from(answer));
      } else if (answer.contains("kind")) {
        results_.fail_all(error_from(answer));
      }
    } catch (const Error& error) {
      results_.fail_all(error);
    } catch (const std::exception& error) {
      results_.fail_all(
          Error(ErrorCode::kBug, fmt::format("the process that speaks with Dask answered what is no answer: {}", error.what())));
    }
  }

  TaskResults& results_;
  const std::atomic<bool>& cancelled_;
  std::string python_;
  pid_t process_ = 0;
  int tasks_ = -1;
  File answers_;
  std::thread reader_;
};

}  // namespace

RunReport run_by_dask(const Settings& settings, const Config& config, const RunEvents& events, const std::atomic<bool>& cancelled) {
  TaskResults results;
  DaskProcess process(config, results, cancelled);
  return run_distributed(settings, config, process, results, events, cancelled);
}

}  // namespace costmill::app
