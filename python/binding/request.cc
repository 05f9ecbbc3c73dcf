#include "request.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "config/resolve.h"
#include "config/s3.h"

namespace costmill::python {
namespace {

using OptionalText = std::optional<std::string>;

CommandLine command_line_of(const nb::object& request) {
  CommandLine line;
  line.is_public = false;
  line.config_file = nb::cast<OptionalText>(request.attr("config_file"));
  line.config_text = nb::cast<OptionalText>(request.attr("config_text"));
  line.sets = nb::cast<std::vector<std::string>>(request.attr("sets"));
  line.month = nb::cast<OptionalText>(request.attr("month"));
  line.from = nb::cast<OptionalText>(request.attr("from_day"));
  line.to = nb::cast<OptionalText>(request.attr("to_day"));
  line.cluster = nb::cast<OptionalText>(request.attr("cluster"));
  return line;
}

}  // namespace

Request::Request(const nb::object& request)
    : command_line(command_line_of(request)), settings(load_settings(command_line, process_environment())) {}

Config Request::config() const {
  Config config = resolve(settings, command_line, process_environment());
  check_uris(config);
  if (is_s3_uri(config.run.input)) config.s3 = resolve_s3(settings, process_environment());
  return config;
}

}  // namespace costmill::python
