// Errors of a store on their way through Arrow, which knows only its Status.
#pragma once

#include <arrow/status.h>

#include "costmill/error.h"

namespace costmill {

arrow::Status status_of(const Error& error);
// nullptr: the status does not come from status_of().
const Error* error_in(const arrow::Status& status);

}  // namespace costmill
