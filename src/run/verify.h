// Days are made again from their input, and compared with what the sink has of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "run/run.h"
#include "sink/compare.h"

namespace costmill {

struct VerifyOptions {
  std::optional<std::size_t> sample;  // days of each month, chosen at random; nullopt: all
  std::size_t max_differences = 10;   // kept; all are counted
};

// A day whose input, reference data or configuration is no longer what its record says: making it again would prove nothing.
struct StaleDay {
  std::string source_uuid;
  Day day;
  std::vector<std::string> reasons;
};

struct VerifyReport {
  std::size_t days = 0;                  // compared
  std::vector<StoredKey> other_digests;  // days whose rows have another digest than their record says
  CompareResult rows;                    // left: made again, right: the sink's
  std::vector<StaleDay> stale;

  bool equal() const { return other_digests.empty() && rows.equal(); }
};

// Of the config's clusters and window. Writes nothing. Errors as run().
VerifyReport verify(const Config& config, const VerifyOptions& options, const RunEvents& events, const std::atomic<bool>& cancelled);

}  // namespace costmill
