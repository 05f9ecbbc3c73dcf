#include "run/node_survey.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "labels/label_parser.h"
#include "summary/node_roles.h"
#include "summary/pods.h"

namespace costmill {
namespace {

constexpr std::string_view kArchitectureKey = "kubernetes_io_arch";

// A text that is no label text has none; the summary refuses its day.
std::optional<std::string> architecture_of(std::string_view label_text) {
  const EnabledKeys keys = EnabledKeys::only({std::string(kArchitectureKey)});
  LabelParser parser(keys);
  try {
    const auto entries = parser.parse(label_text);
    for (const LabelEntry& entry : entries.value_or(std::span<const LabelEntry>{})) {
      if (entry.key != kArchitectureKey || !entry.value) continue;
      std::string architecture(*entry.value);
      for (char& c : architecture) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      return architecture;
    }
  } catch (const LabelError&) {
    return std::nullopt;
  }
  return std::nullopt;
}

// numeric(18,2) holds no more; more is no capacity but a mistake, and NaN is none either.
std::optional<double> capacity_of(const Maximum& cores) {
  constexpr double kTooMany = 1e16;
  const std::optional<double> value = cores.value();
  return value && std::abs(*value) < kTooMany ? value : std::nullopt;
}

}  // namespace

bool NodeSurvey::is_in_window(std::int64_t ms) const {
  if (ms == kNullTime) return false;
  const Day day = day_of_ms(ms);
  return days_.from <= day && day <= days_.to;
}

void NodeSurvey::add(const Chunk& chunk, TableUse use) {
  if (use.nodes) add_pods(chunk);
  if (use.node_labels) add_labels(chunk);
}

void NodeSurvey::add_pods(const Chunk& chunk) {
  using namespace pod_columns;
  const NumberColumn& cores = chunk.numbers[kNodeCapacityCpuCores];
  for (std::size_t row = 0; row < chunk.rows; ++row) {
    const TextId node = chunk.texts[kNode][row];
    if (node == kNullText || !is_in_window(chunk.interval_start_ms[row])) continue;
    Pods& pods = pods_[{node, chunk.texts[kResourceId][row]}];
    pods.node_role = larger_text(pods.node_role, chunk.texts[kNodeRole][row], texts_);
    const TextId name = chunk.texts[kNamespace][row];
    if (!pods.runs_api_server && name != kNullText) pods.runs_api_server = texts_[name] == kApiServerNamespace;
    if (cores.is_valid(row)) pods.cpu_cores.add(cores.values[row]);
  }
}

void NodeSurvey::add_labels(const Chunk& chunk) {
  using namespace label_columns;
  for (std::size_t row = 0; row < chunk.rows; ++row) {
    const TextId node = chunk.texts[kSubject][row];
    if (node == kNullText || !is_in_window(chunk.interval_start_ms[row])) continue;
    const TextId text = chunk.texts[kLabels][row];
    if (!label_texts_.insert({node, text}).second) continue;
    Labels& labels = labels_[node];
    labels.largest = larger_text(labels.largest, text, texts_);
    labels.is_infra |= text != kNullText && has_infra_label(texts_[text]);
  }
}

std::vector<SurveyedNode> NodeSurvey::nodes() const {
  std::vector<SurveyedNode> nodes;
  const auto optional_text = [&](TextId id) { return id == kNullText ? std::nullopt : std::optional<std::string>(texts_[id]); };
  for (const auto& [key, pods] : pods_) {
    const auto labels = labels_.find(key[0]);
    if (labels == labels_.end()) continue;
    const TextId text = labels->second.largest;
    nodes.push_back({.node = std::string(texts_[key[0]]),
                     .resource_id = optional_text(key[1]),
                     .cpu_cores = capacity_of(pods.cpu_cores),
                     .role = role_of_node(optional_text(pods.node_role), pods.runs_api_server, labels->second.is_infra),
                     .architecture = text == kNullText ? std::nullopt : architecture_of(texts_[text])});
  }
  std::sort(nodes.begin(), nodes.end(),
            [](const SurveyedNode& a, const SurveyedNode& b) { return std::tie(a.node, a.resource_id) < std::tie(b.node, b.resource_id); });
  return nodes;
}

std::size_t NodeSurvey::memory_bytes() const {
  return texts_.memory_bytes() + pods_.bucket_count() * sizeof(*pods_.begin()) + labels_.bucket_count() * sizeof(*labels_.begin()) +
         label_texts_.bucket_count() * sizeof(*label_texts_.begin());
}

std::vector<SurveyedNode> survey_nodes(const MonthPlan& plan, Store& store, const NodeSurveyOptions& options, MemoryBudget& budget,
                                       const std::atomic<bool>& cancelled) {
  std::vector<ReadRequest> requests;
  for (const DayGroup& group : plan.groups) {
    for (const PlannedRowGroup& row_group : group.row_groups) {
      requests.push_back({&plan.files[row_group.file], row_group.row_group, row_group.compressed_bytes});
    }
  }
  ReadAhead read_ahead(store, requests, options.read_ahead);
  NodeSurvey survey(plan.piece.days);
  MemoryShare memory(budget, "the survey of nodes");
  Chunk chunk;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const PlannedFile& file = *requests[i].file;
    try {
      RowGroupScan scan(read_ahead.take(i), file.file.path, requests[i].row_group, file.table, wanted_columns(file.use, false),
                        options.scan, survey.texts());
      while (scan.next(chunk)) {
        if (cancelled) throw Error(ErrorCode::kCancelled, "stopped by a signal before anything was written");
        survey.add(chunk, file.use);
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kBadInput && error.code() != ErrorCode::kCorrupt) throw;
      options.on_left_out(error);
    }
    memory.resize(static_cast<std::int64_t>(survey.memory_bytes()));
  }
  return survey.nodes();
}

}  // namespace costmill
