// Cost categories of namespaces by LIKE patterns. Rule 4.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "reference/reference_data.h"

namespace costmill {

// What a row of a namespace joins: n patterns repeat it n times (none: once), its category is the largest id.
struct CategoryMatch {
  std::vector<std::optional<std::int32_t>> category_ids;  // one a matching pattern

  std::int64_t repeats() const { return std::max<std::int64_t>(1, static_cast<std::int64_t>(category_ids.size())); }
  std::optional<std::int32_t> largest() const {
    // nullopt compares below every id, as MAX skips NULL.
    return category_ids.empty() ? std::nullopt : *std::max_element(category_ids.begin(), category_ids.end());
  }
};

// nullopt (NULL) matches nothing.
inline CategoryMatch match_categories(std::optional<std::string_view> namespace_name, const std::vector<CostCategoryPattern>& patterns) {
  CategoryMatch match;
  if (!namespace_name) return match;
  for (const CostCategoryPattern& pattern : patterns) {
    if (matches_like(*namespace_name, pattern.pattern)) match.category_ids.push_back(pattern.cost_category_id);
  }
  return match;
}

}  // namespace costmill
