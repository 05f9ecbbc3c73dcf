#include "failure.h"

#include <fmt/format.h>

#include <new>

#include "memory/heap.h"
#include "signals.h"

namespace costmill::app {

Error error_of(const std::exception& exception) {
  if (const auto* const error = dynamic_cast<const Error*>(&exception)) return *error;
  if (const auto* const error = dynamic_cast<const std::bad_alloc*>(&exception)) return no_memory("out of memory", *error);
  return Error(ErrorCode::kBug, fmt::format("unexpected: {}", exception.what()));
}

int exit_code_after(const Error& error) { return error.code() == ErrorCode::kCancelled ? exit_code_of_stop() : exit_code_of(error.code()); }

}  // namespace costmill::app
