#include "costmill/error.h"

namespace costmill {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBadConfig: return "bad_config";
    case ErrorCode::kBadInput: return "bad_input";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kInputUnavailable: return "input_unavailable";
    case ErrorCode::kInputDenied: return "input_denied";
    case ErrorCode::kInputChanged: return "input_changed";
    case ErrorCode::kSinkUnavailable: return "sink_unavailable";
    case ErrorCode::kSinkDenied: return "sink_denied";
    case ErrorCode::kReferenceUnavailable: return "reference_unavailable";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kNoMemory: return "no_memory";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kBug: return "bug";
  }
  return "bug";
}

ErrorCode error_code_of(std::string_view name) {
  for (int code = 0; code < static_cast<int>(ErrorCode::kBug); ++code) {
    if (name_of(static_cast<ErrorCode>(code)) == name) return static_cast<ErrorCode>(code);
  }
  return ErrorCode::kBug;
}

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBadConfig: return 2;
    case ErrorCode::kBadInput:
    case ErrorCode::kCorrupt: return 3;
    case ErrorCode::kInputUnavailable:
    case ErrorCode::kInputDenied:
    case ErrorCode::kInputChanged: return 4;
    case ErrorCode::kSinkUnavailable:
    case ErrorCode::kSinkDenied:
    case ErrorCode::kReferenceUnavailable:
    case ErrorCode::kConflict: return 5;
    case ErrorCode::kNoMemory: return 7;
    case ErrorCode::kCancelled: return 130;
    case ErrorCode::kBug: return 70;
  }
  return 70;
}

}  // namespace costmill
