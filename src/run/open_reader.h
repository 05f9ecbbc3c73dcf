// The read side of any sink, reached as the settings say.
#pragma once

#include <memory>
#include <string>

#include "config/settings.h"
#include "sink/sink.h"

namespace costmill {

// The section postgresql is resolved only for a URI that needs it. Errors as open_sink_reader, and kBadConfig.
std::unique_ptr<SinkReader> open_reader(const std::string& uri, const Settings& settings);

}  // namespace costmill
