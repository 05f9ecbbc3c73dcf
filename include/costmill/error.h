// The one error type of the library. Thrown where a problem is found, caught once, at the face (command line, Python).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace costmill {

// Closed list of kinds: one kind is one exit code, one Python exception, one metric label.
enum class ErrorCode {
  kBadConfig,         // usage or configuration
  kBadInput,          // readable, but not what the rules allow
  kCorrupt,           // not readable as what it claims to be
  kInputUnavailable,  // input missing or not answering
  kInputDenied,       // input not permitted
  kInputChanged,      // input changed while it was read
  kSinkUnavailable,
  kSinkDenied,
  kReferenceUnavailable,
  kConflict,  // somebody else holds or changed what the run needs
  kNoMemory,  // does not fit under performance.memory_limit
  kCancelled,
  kBug,
};

// Stable snake_case name of the kind, e.g. "bad_input".
std::string_view name_of(ErrorCode code);
// The kind of that name; kBug for a name that none has.
ErrorCode error_code_of(std::string_view name);

// Exit code of the command line for this kind. kCancelled gives 130; the face turns it into 143 after SIGTERM.
int exit_code_of(ErrorCode code);

// Where a problem was found. Empty fields are unknown or do not apply.
struct ErrorPlace {
  std::string file;
  std::string column;
  std::string day;  // YYYY-MM-DD
};

// what() is one line for people: what is wrong, where, and what to do next.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, ErrorPlace place = {})
      : std::runtime_error(message), code_(code), place_(std::move(place)) {}

  ErrorCode code() const { return code_; }
  const ErrorPlace& place() const { return place_; }

 private:
  ErrorCode code_;
  ErrorPlace place_;
};

}  // namespace costmill
