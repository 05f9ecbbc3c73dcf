#include <arrow/config.h>
#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include <algorithm>
#include <ctime>
#include <thread>

#include "costmill/version.h"
#include "doctor_local.h"
#include "memory/container.h"
#include "run/run_options.h"

namespace costmill::app {
namespace {

std::string mib(std::int64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

Finding cores_finding(const Config& config) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return {Verdict::kGood, "cores",
          fmt::format("{}, for {} workers and {} readers", cores, config.performance.max_workers, config.performance.parallel_readers), ""};
}

Finding memory_finding(const Config& config) {
  const std::int64_t machine = machine_memory_bytes();
  const std::int64_t limit = memory_limit_of(config);
  const std::string what = fmt::format("{} of {}, performance.memory_limit is {}", mib(machine),
                                       container_memory_bytes() ? "the container" : "the machine", mib(limit));
  if (!is_beyond_machine(limit, machine)) return {Verdict::kGood, "memory", what, ""};
  return {Verdict::kWarning, "memory", what,
          fmt::format("the system may kill a run; set performance.memory_limit to {} or less, or leave it to auto",
                      mib(memory_limit_within(machine)))};
}

// Files of a month are open while they are read, besides connections of readers and sink; 64 is for all else.
Finding descriptors_finding(const Config& config) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto wanted =
      4 * static_cast<rlim_t>(config.performance.parallel_readers) + static_cast<rlim_t>(config.performance.max_workers) + 64;
  const std::string what = files.rlim_cur == RLIM_INFINITY ? "without limit" : fmt::format("{} may be open", files.rlim_cur);
  if (files.rlim_cur >= wanted) return {Verdict::kGood, "open files", what, ""};
  return {Verdict::kWarning, "open files", what, fmt::format("allow {} or more: ulimit -n, or LimitNOFILE of the unit", wanted)};
}

// Servers say how far off a clock is; here it only shows, for containers cannot tell whether somebody keeps it.
Finding clock_finding() {
  timex state{};
  const bool is_kept = ::adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
  return {Verdict::kGood, "clock", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}{}", fmt::gmtime(std::time(nullptr)), is_kept ? ", kept by NTP" : ""),
          ""};
}

Finding versions_finding() {
  const int libpq = PQlibVersion();
  return {Verdict::kGood, "versions",
          fmt::format("costmill {}, Arrow {}, libpq {}.{}, SQLite {}, libcurl {}", kVersion, arrow::GetBuildInfo().version_string,
                      libpq / 10000, libpq % 10000, sqlite3_libversion(), curl_version_info(CURLVERSION_NOW)->version),
          ""};
}

}  // namespace

std::vector<Finding> examine_machine(const Config& config) {
  return {cores_finding(config), memory_finding(config), descriptors_finding(config), clock_finding(), versions_finding()};
}

}  // namespace costmill::app
