// Which nodes the pods of a day ran on: one side of the relation between volumes and nodes. Rule 7.
#pragma once

#include <span>
#include <vector>

#include "scan/chunk.h"
#include "summary/group_key.h"
#include "summary/text_mapping.h"

namespace costmill {

class ByteReader;
class ByteWriter;

struct Placement {
  TextId node = kNullText;
  TextId resource_id = kNullText;
};

// Distinct placements by (namespace, pod).
using PlacementsOfPods = GroupMap<2, std::vector<Placement>>;

class PlacementTable {
 public:
  // Every daily pod row counts, also with node '' or NULL; a NULL namespace or pod joins nothing and is left out.
  void add(const Chunk& chunk, RowRange rows);
  void merge(const PlacementTable& other, const TextMapping& mapping);
  // Of these (namespace, pod).
  PlacementsOfPods resolve(const GroupSet<2>& pods) const;
  void write(ByteWriter& bytes) const;
  void read(ByteReader& bytes);
  std::size_t memory_bytes() const;

 private:
  GroupSet<4> seen_;  // namespace, pod, node, resource_id
  // By pod: the other three as last seen. Rows of one pod mostly repeat them, so most rows end here.
  std::vector<GroupKey<3>> last_of_pod_;
};

}  // namespace costmill
