// What any exception means to whoever started the program.
#pragma once

#include <exception>

#include "costmill/error.h"

namespace costmill::app {

Error error_of(const std::exception& exception);
// After a signal, that of the signal.
int exit_code_after(const Error& error);

}  // namespace costmill::app
