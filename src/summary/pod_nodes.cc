#include <algorithm>
#include <vector>

#include "summary/pods.h"

namespace costmill {

void NodePods::add(const NodePods& other) {
  for (std::size_t i = 0; i < PodSums::kSums; ++i) {
    cpu[i].add(other.cpu[i]);
    memory[i].add(other.memory[i]);
  }
  has_sums |= other.has_sums;
}

boost::unordered_flat_map<TextId, NodePods> PodTable::nodes() const {
  // So few rows cannot take the halves of a sum beyond their range, whatever groups are added up: a third of the time.
  const bool is_plain = rows_ <= SplitSum<CoreSecondsSum::kFraction>::kAdditionsBetweenCarries;
  struct Node {
    std::array<SplitSum<CoreSecondsSum::kFraction>, PodSums::kSums> cpu;
    std::array<SplitSum<ByteSecondsSum::kFraction>, PodSums::kSums> memory;
    NodePods pods;
  };
  boost::unordered_flat_map<TextId, std::uint32_t> index;
  std::vector<Node> found;
  TextId last = kNullText;
  std::uint32_t at = 0;
  for (std::uint32_t slot = 0; slot < totals_.size(); ++slot) {
    const Totals& totals = totals_[slot];
    if (!totals.has_node) continue;
    if (const TextId node = key(slot)[1]; found.empty() || node != last) {
      const auto [entry, added] = index.try_emplace(node, static_cast<std::uint32_t>(found.size()));
      if (added) found.emplace_back();
      at = entry->second;
      last = node;
    }
    Node& node = found[at];
    for (std::size_t i = 0; i < PodSums::kSums; ++i) {
      if (is_plain) {
        node.cpu[i].add(totals.cpu[i]);
        node.memory[i].add(totals.memory[i]);
      } else {
        node.pods.cpu[i].add(totals.cpu[i].exact());
        node.pods.memory[i].add(totals.memory[i].exact());
      }
    }
    for (std::size_t i = 0; i < kMaxima; ++i) {
      const double capacity = totals.largest_capacities[i];
      node.pods.largest_capacities[i] = std::max(node.pods.largest_capacities[i], capacity);
      if (capacity != kNone) node.pods.least_capacities[i] = std::min(node.pods.least_capacities[i], capacity);
    }
    node.pods.has_sums |= totals.has_sums;
  }
  boost::unordered_flat_map<TextId, NodePods> nodes;
  for (const auto& [node, position] : index) {
    NodePods& pods = nodes.try_emplace(node, found[position].pods).first->second;
    for (std::size_t i = 0; i < PodSums::kSums; ++i) {
      pods.cpu[i].add(found[position].cpu[i].exact());
      pods.memory[i].add(found[position].memory[i].exact());
    }
  }
  for (const auto& [wide, sum] : wide_cpu_) {
    const auto slot = static_cast<std::uint32_t>(wide / kWideKeys);
    if (totals_[slot].has_node) nodes[key(slot)[1]].cpu[wide % kWideKeys].add(sum);
  }
  for (const auto& [wide, sum] : wide_memory_) {
    const auto slot = static_cast<std::uint32_t>(wide / kWideKeys);
    if (totals_[slot].has_node) nodes[key(slot)[1]].memory[wide % kWideKeys - PodSums::kSums].add(sum);
  }
  return nodes;
}

}  // namespace costmill
