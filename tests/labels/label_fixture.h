// What the label tests ask for all the time.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "labels/label_maps.h"

namespace costmill {

inline const EnabledKeys kEveryKey = EnabledKeys::all();

// Canonical JSON of a label text, or "null".
inline std::string canonical(std::string_view label_text, const EnabledKeys& enabled = kEveryKey) {
  LabelMaps maps(enabled);
  const LabelMapId map = maps.parse(label_text);
  return map == kNullLabelMap ? "null" : std::string(maps.json(map));
}

// Why a label text is refused; a failure of the test if it is not.
inline std::string refusal(std::string_view label_text, const EnabledKeys& enabled = kEveryKey) {
  try {
    const std::string json = canonical(label_text, enabled);
    ADD_FAILURE() << label_text << " is read as " << json;
    return "";
  } catch (const LabelError& error) {
    return error.what();
  }
}

inline bool says(const std::string& refusal, const std::string& reason) { return refusal.find(reason) != std::string::npos; }

}  // namespace costmill

// The label text of the further arguments (see refusal()) is refused, and the message has `reason` in it.
#define EXPECT_REFUSED(reason, ...) EXPECT_PRED2(::costmill::says, ::costmill::refusal(__VA_ARGS__), reason)
