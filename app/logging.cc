#include "logging.h"

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>

#include "failure.h"
#include "terminal.h"

namespace costmill::app {
namespace {

std::string_view level_name(spdlog::level::level_enum level) {
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

std::string utc_time(spdlog::log_clock::time_point time) {
  const auto ms = std::chrono::time_point_cast<std::chrono::milliseconds>(time).time_since_epoch().count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)), ms % 1000);
}

std::string_view text_of(const spdlog::details::log_msg& message) { return {message.payload.data(), message.payload.size()}; }

// Of the line that this thread logs: formatters see the message only.
thread_local const LogFields* fields_of_line = nullptr;
bool as_json = false;

class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    LogFields json = {{"time", utc_time(message.time)}, {"level", level_name(message.level)}, {"message", text_of(message)}};
    if (fields_of_line != nullptr) json.update(*fields_of_line);
    // ASCII alone: U+2028 and the like are line ends to some readers, and the stream may be a terminal.
    const std::string text = json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + '\n';
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonLines>(); }
};

class ConsoleLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const std::string text =
        guarded_format("{} {} {}\n", styled(stderr, Style::kDim, utc_time(message.time)),
                       styled(stderr, style_of(message.level), fmt::format("{:7}", level_name(message.level))), text_of(message));
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<ConsoleLines>(); }

 private:
  static Style style_of(spdlog::level::level_enum level) {
    if (level >= spdlog::level::err) return Style::kRed;
    return level == spdlog::level::warn ? Style::kYellow : Style::kPlain;
  }
};

spdlog::level::level_enum level_of(Severity severity) {
  switch (severity) {
    case Severity::kDebug: return spdlog::level::debug;
    case Severity::kInfo: return spdlog::level::info;
    case Severity::kWarning: return spdlog::level::warn;
  }
  return spdlog::level::info;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace: return spdlog::level::trace;
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

void log_line(spdlog::level::level_enum level, const std::string& message, const LogFields& fields) {
  fields_of_line = &fields;
  spdlog::log(level, "{}", message);  // at once, on this thread
  fields_of_line = nullptr;
}

}  // namespace

void start_logging(const LoggingConfig& logging) {
  auto logger = std::make_shared<spdlog::logger>("costmill", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  as_json = logging.format == LogFormat::kJson;
  if (as_json) {
    logger->set_formatter(std::make_unique<JsonLines>());
  } else {
    logger->set_formatter(std::make_unique<ConsoleLines>());
  }
  logger->set_level(level_of(logging.level));
  spdlog::set_default_logger(std::move(logger));
}

bool logs_json() { return as_json; }

void log_event(Severity severity, const std::string& message, const LogFields& fields) { log_line(level_of(severity), message, fields); }

void log_failure(const Error& error) {
  std::string message = error.what();
  if (error.code() == ErrorCode::kBug) message += "; this is a bug of Costmill; please report it with the command and this message";
  if (!as_json) return say(stderr, "costmill: {} {}\n", styled(stderr, Style::kRed, "error:"), message);
  LogFields fields = {{"event", "error"}, {"kind", name_of(error.code())}, {"exit_code", exit_code_after(error)}};
  for (const auto& [name, value] :
       {std::pair("file", error.place().file), std::pair("column", error.place().column), std::pair("day", error.place().day)}) {
    if (!value.empty()) fields[name] = value;
  }
  log_line(spdlog::level::err, message, fields);
}

void log_remarks(const Config& config) {
  for (const std::string& warning : config.warnings) spdlog::warn("{}", warning);
  for (const std::string& notice : config.notices) spdlog::debug("{}", notice);
}

}  // namespace costmill::app
