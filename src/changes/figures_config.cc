#include "changes/figures_config.h"

namespace costmill {
namespace {

// Goes up with every change of the program that gives other rows for the same input: all days are done again then.
constexpr const char* kRulesVersion = "1";

std::string text_of(bool value) { return value ? "true" : "false"; }

}  // namespace

FiguresConfig figures_config(const Config& config, const ClusterIdentity& cluster) {
  FiguresConfig figures{
      {"features.cost_category", text_of(config.features.cost_category)},
      {"features.pod_aggregation", text_of(config.features.pod_aggregation)},
      {"features.storage_aggregation", text_of(config.features.storage_aggregation)},
      {"features.unallocated_capacity", text_of(config.features.unallocated_capacity)},
      {"ocp.cluster_alias", cluster.cluster_alias},
      {"ocp.cluster_id", cluster.cluster_id},
      {"ocp.report_period_id", cluster.report_period_id ? std::to_string(*cluster.report_period_id) : "NULL"},
      {"rules", kRulesVersion},
  };
  // The type of the columns, so that a folder does not come to hold both.
  if (config.run.sink.starts_with("parquet:")) figures["run.numeric"] = config.run.numeric == Numeric::kDecimal ? "decimal" : "float64";
  return figures;
}

}  // namespace costmill
