#include "summary/placements.h"

namespace costmill {

void PlacementTable::add(const Chunk& chunk, RowRange rows) {
  const auto& namespaces = chunk.texts[pod_columns::kNamespace];
  const auto& pods = chunk.texts[pod_columns::kPod];
  const auto& nodes = chunk.texts[pod_columns::kNode];
  const auto& resource_ids = chunk.texts[pod_columns::kResourceId];
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const TextId pod = pods[row];
    if (pod == kNullText || namespaces[row] == kNullText) continue;
    const GroupKey<3> rest{namespaces[row], nodes[row], resource_ids[row]};
    // A namespace is never NULL here, so a fresh entry of NULLs differs from every row.
    if (pod >= last_of_pod_.size()) last_of_pod_.resize(pod + 1, {kNullText, kNullText, kNullText});
    if (last_of_pod_[pod] == rest) continue;
    last_of_pod_[pod] = rest;
    seen_.insert({rest[0], pod, rest[1], rest[2]});
  }
}

void PlacementTable::merge(const PlacementTable& other, const TextMapping& mapping) {
  for (const GroupKey<4>& key : other.seen_) seen_.insert({mapping(key[0]), mapping(key[1]), mapping(key[2]), mapping(key[3])});
}

PlacementsOfPods PlacementTable::resolve(const GroupSet<2>& pods) const {
  PlacementsOfPods placements;
  placements.reserve(pods.size());
  for (const GroupKey<4>& key : seen_) {
    if (pods.contains({key[0], key[1]})) placements[{key[0], key[1]}].push_back({key[2], key[3]});
  }
  return placements;
}

std::size_t PlacementTable::memory_bytes() const {
  return seen_.bucket_count() * sizeof(GroupKey<4>) + last_of_pod_.capacity() * sizeof(GroupKey<3>);
}

}  // namespace costmill
