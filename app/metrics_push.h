// Metrics sent to a Pushgateway.
#pragma once

#include <string>

namespace costmill::app {

// Warns where they do not arrive, within seconds. Of the URL only the host is shown, for it may hold a password.
void push_metrics(const std::string& url, const std::string& text);

}  // namespace costmill::app
