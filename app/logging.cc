#include "logging.h"

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

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

class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const nlohmann::ordered_json json = {
        {"time", utc_time(message.time)}, {"level", level_name(message.level)}, {"message", text_of(message)}};
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

}  // namespace

void start_logging(const LoggingConfig& logging) {
  auto logger = std::make_shared<spdlog::logger>("costmill", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (logging.format == LogFormat::kJson) {
    logger->set_formatter(std::make_unique<JsonLines>());
  } else {
    logger->set_formatter(std::make_unique<ConsoleLines>());
  }
  logger->set_level(level_of(logging.level));
  spdlog::set_default_logger(std::move(logger));
}

void log_remarks(const Config& config) {
  for (const std::string& warning : config.warnings) spdlog::warn("{}", warning);
  for (const std::string& notice : config.notices) spdlog::debug("{}", notice);
}

}  // namespace costmill::app
