// Joins of a day that repeat rows, so that sums count several times, as in the reference. docs/rules.md, "Fan-outs".
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace costmill {

struct FanOuts {
  std::size_t nodes_with_several_label_sets = 0;
  std::size_t namespaces_with_several_label_sets = 0;
  std::size_t namespaces_in_several_categories = 0;
  std::size_t claims_with_several_volumes = 0;
  std::size_t volume_pods_with_several_placements = 0;

  struct Count {
    std::string_view name;    // stable, for scripts
    std::string_view counts;  // what is counted
    std::size_t count;
  };
  std::array<Count, 5> counts() const {
    return {{{"nodes_with_several_label_sets", "nodes with several label sets", nodes_with_several_label_sets},
             {"namespaces_with_several_label_sets", "namespaces with several label sets", namespaces_with_several_label_sets},
             {"namespaces_in_several_categories", "namespaces that match several cost category patterns", namespaces_in_several_categories},
             {"claims_with_several_volumes", "claims bound to several volumes", claims_with_several_volumes},
             {"volume_pods_with_several_placements", "pods with volumes that ran in several places", volume_pods_with_several_placements}}};
  }

  bool any() const {
    const auto all = counts();
    return std::any_of(all.begin(), all.end(), [](const Count& fan_out) { return fan_out.count > 0; });
  }
};

}  // namespace costmill
