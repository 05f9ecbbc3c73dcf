// `doctor`: looks at a bucket as a run would, and explains what stands in a run's way.
#pragma once

#include <atomic>
#include <vector>

#include "config/config.h"
#include "costmill/finding.h"
#include "s3/uri.h"

namespace costmill {

// Changes nothing. Checks that depend on one that failed are left out. Does not throw for what it finds, but Error(kCancelled).
std::vector<Finding> examine_bucket(const S3Location& location, const S3Config& config, const std::atomic<bool>* cancelled);

}  // namespace costmill
