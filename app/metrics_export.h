// The metrics of this process, and where they go: a file, a Pushgateway, whoever asks. Nothing here changes the outcome of a run: what
// fails is warned of.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "config/config.h"
#include "costmill/error.h"
#include "metrics/metrics.h"
#include "metrics_listener.h"
#include "run/run.h"

namespace costmill::app {

// False: something is there that is no regular file, such as a device or a FIFO, which a rename would do away with. A link to a file is
// replaced, not followed.
bool may_be_replaced(const std::string& metrics_file);

class MetricsExport {
 public:
  explicit MetricsExport(MetricsConfig config);

  // Answers whoever asks from here on, if metrics.listen is set.
  void listen();

  // Around each run; `ended` once, also after a failure.
  void begin();
  void ended(const RunReport& report);
  // The outcome, which is what ends a run for those who watch it. With it the metrics leave. `failure`: null if there is none.
  void leave(const Error* failure, int exit_code);

 private:
  std::string text() const;
  void count_day(std::string_view result, double days);
  void write_file() const;

  const MetricsConfig config_;
  mutable std::mutex mutex_;
  Metrics metrics_;
  std::chrono::steady_clock::time_point begin_;  // of the run
  bool has_failed_day_ = false;                  // in the report of this run
  std::unique_ptr<MetricsListener> listener_;    // last: it answers with the others
};

}  // namespace costmill::app
