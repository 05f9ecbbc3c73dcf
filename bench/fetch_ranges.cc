// Fetches what a run would fetch, and throws it away: listings, footers, and the wanted columns of the row groups in the window.
// What is left of a run's time beside this is Costmill's own work; of an s3:// input the rest is the server's and the network's.
//
// usage: fetch_ranges INPUT MONTH READERS      settings of S3 as for costmill: variables, profiles, ./costmill.yaml
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/resolve.h"
#include "config/s3.h"
#include "run/clusters.h"
#include "run/read_ahead.h"

namespace {

using costmill::ReadRequest;

std::vector<ReadRequest> requests_of(const costmill::MonthPlan& plan) {
  std::vector<ReadRequest> requests;
  for (const costmill::DayGroup& group : plan.groups) {
    for (const costmill::PlannedRowGroup& row_group : group.row_groups)
      requests.push_back({&plan.files[row_group.file], row_group.row_group, row_group.compressed_bytes});
  }
  return requests;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count != 4) throw std::runtime_error("usage: fetch_ranges INPUT MONTH READERS");
    costmill::CommandLine line;
    line.options = {{"run.input", arguments[1], "INPUT"}, {"performance.parallel_readers", arguments[3], "READERS"}};
    line.month = arguments[2];
    const costmill::Environment environment = costmill::process_environment();
    const costmill::Settings settings = costmill::load_settings(line, environment);
    costmill::Config config = costmill::resolve(settings, line, environment);
    if (costmill::is_s3_uri(config.run.input)) config.s3 = costmill::resolve_s3(settings, environment);
    const int readers = config.performance.parallel_readers;
    const auto begin = std::chrono::steady_clock::now();
    const auto store = costmill::open_store(config.run.input, config.s3);
    const costmill::FetchCosts costs = store->costs();
    for (const costmill::ChosenCluster& cluster : costmill::choose_clusters(config, *store)) {
      for (const costmill::MonthPiece& piece : costmill::cut_at_month_ends(cluster.window)) {
        const costmill::MonthPlan plan = costmill::plan_month(*store, cluster.layout, cluster.tree, piece, {.parallel_readers = readers});
        const std::vector<ReadRequest> requests = requests_of(plan);
        costmill::ReadAhead ahead(*store, requests,
                                  {.readers = readers, .budget_bytes = costs.read_ahead_bytes, .pool = arrow::default_memory_pool()});
        for (std::size_t i = 0; i < requests.size(); ++i) ahead.take(i);
      }
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("bytes %lld wall_seconds %.4f\n", static_cast<long long>(store->bytes_fetched()), seconds.count());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fetch_ranges: %s\n", error.what());
    return 1;
  }
}
