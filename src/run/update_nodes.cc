#include "run/update_nodes.h"

#include <fmt/format.h>

#include <set>

#include "run/node_survey.h"
#include "tenant/node_table.h"

namespace costmill {
namespace {

NodeSurveyOptions survey_options(const NodeUpdate& update, std::set<std::string>& left_out) {
  const PerformanceConfig& performance = update.config.performance;
  return {.scan = {.coding = performance.use_categorical ? TextCoding::kDictionaryCodes : TextCoding::kPlainText},
          .read_ahead = {.readers = performance.parallel_readers, .budget_bytes = update.read_ahead_bytes, .pool = update.pool},
          .on_left_out = [&left_out](const Error& error) { left_out.insert(error.what()); }};
}

void update_month(PostgresConnection& connection, const ChosenCluster& cluster, const MonthPiece& piece, const NodeUpdate& update) {
  const PlanOptions options{
      .purpose = PlanPurpose::kNodeSurvey, .parallel_readers = update.config.performance.parallel_readers, .read = {.pool = update.pool}};
  const MonthPlan plan = plan_month(update.store, cluster.layout, cluster.tree, piece, options);
  std::set<std::string> left_out;
  for (const auto& [day, error] : plan.refused) left_out.insert(error.what());
  const auto nodes = survey_nodes(plan, update.store, survey_options(update, left_out), update.budget, update.cancelled);
  for (const std::string& reason : left_out) {
    update.events.message(Severity::kWarning, fmt::format("the survey of nodes leaves out what it cannot read: {}", reason));
  }
  const NodeTableChanges changes = update_node_table(connection, cluster.identity, nodes);
  update.events.message(Severity::kInfo,
                        fmt::format("nodes of cluster {} in {}: {} known, {} rows added, {} filled", cluster.identity.source_uuid,
                                    to_string(piece.month), nodes.size(), changes.added, changes.filled));
}

}  // namespace

PostgresTarget node_database(const Config& config, const PostgresSettings& settings) {
  // The role kSink also where it is the reference: what fails is writing.
  for (const std::string& uri : {config.run.reference.value_or(""), config.run.sink}) {
    if (is_postgres_uri(uri)) return postgres_target(uri, settings, PostgresRole::kSink);
  }
  throw Error(ErrorCode::kBadConfig,
              "run.update_nodes needs a PostgreSQL database whose node tables it can update; give --reference or --sink "
              "postgresql://USER@HOST/DATABASE?schema=SCHEMA, or leave --update-nodes out");
}

void update_nodes(const PostgresTarget& database, const std::vector<ChosenCluster>& clusters, const NodeUpdate& update) {
  PostgresConnection connection(database);
  for (const ChosenCluster& cluster : clusters) {
    for (const MonthPiece& piece : cluster.pieces) update_month(connection, cluster, piece, update);
  }
}

}  // namespace costmill
