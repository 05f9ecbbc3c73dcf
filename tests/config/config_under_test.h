// What the tests of this room share: a config text in, Settings or the message of the error out.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "config/resolve.h"
#include "config/yaml_file.h"
#include "costmill/error.h"

namespace costmill {

inline constexpr const char* kUuidA = "84052c0d-7c4c-4f6e-9d0a-2a7d9f0d3c11";
inline constexpr const char* kUuidB = "0fffffff-7c4c-4f6e-9d0a-2a7d9f0d3c22";

inline Settings settings_of(const std::string& yaml, const Environment& environment = {}) {
  Settings settings;
  read_yaml_text(yaml, "test.yaml", environment, settings);
  return settings;
}

inline Config config_of(const std::string& yaml, const CommandLine& command_line = {}, const Environment& environment = {}) {
  return resolve(settings_of(yaml, environment), command_line, environment);
}

// The message of the Error(kBadConfig) that `action` throws; "" if it throws none.
template <typename Action>
std::string bad_config_message(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadConfig) << error.what();
    return error.what();
  }
  return "";
}

inline std::string message_of(const std::string& yaml, const CommandLine& command_line = {}, const Environment& environment = {}) {
  return bad_config_message([&] { config_of(yaml, command_line, environment); });
}

}  // namespace costmill
