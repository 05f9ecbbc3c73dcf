// What Python asks for, as the configuration of a run.
#pragma once

#include <nanobind/nanobind.h>

#include "config/config.h"
#include "config/load.h"

namespace costmill::python {

namespace nb = nanobind;

// A costmill._settings.Request. Reads the config file and the environment. Throws Error(kBadConfig).
struct Request {
  explicit Request(const nb::object& request);

  CommandLine command_line;
  Settings settings;

  // All of it, with the section s3 where the input is a bucket.
  Config config() const;
};

}  // namespace costmill::python
