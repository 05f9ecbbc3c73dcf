#include "summary/node_roles.h"

#include "summary/pods.h"

namespace costmill {
namespace {

constexpr std::string_view kInfraLabel = R"("node_role_kubernetes_io": "infra")";  // exactly so, with one blank

}  // namespace

bool has_infra_label(std::string_view label_text) { return label_text.find(kInfraLabel) != std::string_view::npos; }

std::string role_of_node(const std::optional<std::string>& node_role, bool runs_api_server, bool is_infra) {
  if (node_role) return *node_role;
  if (runs_api_server) return "master";
  return is_infra ? "infra" : "worker";
}

void NodeRoleEvidence::add(const Chunk& chunk, RowRange rows, const Texts& texts) {
  const auto& namespaces = chunk.texts[pod_columns::kNamespace];
  const auto& nodes = chunk.texts[pod_columns::kNode];
  const auto& resource_ids = chunk.texts[pod_columns::kResourceId];
  const auto& roles = chunk.texts[pod_columns::kNodeRole];
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    if (nodes[row] == kNullText || resource_ids[row] == kNullText) continue;
    Evidence& evidence = nodes_[{nodes[row], resource_ids[row]}];
    evidence.node_role = larger_text(evidence.node_role, roles[row], texts);
    if (!evidence.runs_api_server && namespaces[row] != kNullText) evidence.runs_api_server = texts[namespaces[row]] == kApiServerNamespace;
  }
}

void NodeRoleEvidence::merge(const NodeRoleEvidence& other, const TextMapping& mapping, const Texts& texts) {
  for (const auto& [key, theirs] : other.nodes_) {
    Evidence& mine = nodes_[{mapping(key[0]), mapping(key[1])}];
    mine.node_role = larger_text(mine.node_role, mapping(theirs.node_role), texts);
    mine.runs_api_server |= theirs.runs_api_server;
  }
}

NodeRoles NodeRoleEvidence::derive(const LabelSets& node_labels, const Texts& texts) const {
  boost::unordered_flat_map<TextId, bool> is_infra;
  for (const auto& [key, place] : node_labels.texts_of_subjects()) {
    if (key[0] == kNullText || key[1] == kNullText) continue;
    is_infra[key[0]] |= has_infra_label(texts[key[1]]);
  }
  NodeRoles roles;
  for (const auto& [key, evidence] : nodes_) {
    const auto infra = is_infra.find(key[0]);
    const auto node_role = evidence.node_role == kNullText ? std::nullopt : std::optional<std::string>(texts[evidence.node_role]);
    roles.emplace(std::pair(std::string(texts[key[0]]), std::string(texts[key[1]])),
                  role_of_node(node_role, evidence.runs_api_server, infra != is_infra.end() && infra->second));
  }
  return roles;
}

}  // namespace costmill
