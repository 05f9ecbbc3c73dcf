// The role of a node: from reference data (rule 9), or from the day's own rows where none is given (rule 11).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "scan/chunk.h"
#include "summary/group_key.h"
#include "summary/label_sets.h"
#include "summary/text_mapping.h"

namespace costmill {

class ByteReader;
class ByteWriter;

// (node, resource_id) -> role; a pair that is not there has none.
using NodeRoles = std::map<std::pair<std::string, std::string>, std::optional<std::string>>;

inline constexpr std::string_view kApiServerNamespace = "openshift-kube-apiserver";
bool has_infra_label(std::string_view label_text);
// Rules 11.1 to 11.4. node_role: the largest one of the rows.
std::string role_of_node(const std::optional<std::string>& node_role, bool runs_api_server, bool is_infra);

// Gathers what roles are derived from. Only filled where no reference data is given.
class NodeRoleEvidence {
 public:
  void add(const Chunk& chunk, RowRange rows, const Texts& texts);
  void merge(const NodeRoleEvidence& other, const TextMapping& mapping, const Texts& texts);
  void write(ByteWriter& bytes) const;
  void read(ByteReader& bytes);

  NodeRoles derive(const LabelSets& node_labels, const Texts& texts) const;
  std::size_t memory_bytes() const { return nodes_.bucket_count() * sizeof(*nodes_.begin()); }

 private:
  struct Evidence {
    TextId node_role = kNullText;  // MAX
    bool runs_api_server = false;

    static constexpr void each_member(auto& self, auto& bytes) { bytes(self.node_role, self.runs_api_server); }
  };
  GroupMap<2, Evidence> nodes_;  // (node, resource_id), neither NULL
};

}  // namespace costmill
