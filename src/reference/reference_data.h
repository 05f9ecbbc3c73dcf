// Small tables that the rules need: enabled tag keys, node roles, cost category patterns. Rules 1, 4 and 9.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "labels/label_maps.h"
#include "postgres/target.h"

namespace costmill {

// One row of reporting_ocp_cost_category_namespace: a namespace LIKE pattern and its category.
struct CostCategoryPattern {
  std::string pattern;
  std::optional<std::int32_t> cost_category_id;
};

// SQL LIKE without escape: % any run (also empty, also newlines), _ one code point, all else literal, case-sensitive. Rule 4.
bool matches_like(std::string_view text, std::string_view pattern);

struct ReferenceData {
  // Reference data was given: node roles come from node_roles. Otherwise they are derived from each day's own rows.
  bool given = false;
  EnabledKeys enabled_keys = EnabledKeys::all();
  std::vector<CostCategoryPattern> cost_categories;
  // (node, resource_id) -> largest role text of all rows; rows whose node or resource_id is NULL match nothing and are left out.
  std::map<std::pair<std::string, std::string>, std::optional<std::string>> node_roles;
};

// uri: csv:DIR with one file a table, named after it; a missing file is an empty table (contract in docs/reference-data.md).
// Or postgresql://..., a Koku tenant's own tables, all as of one moment; none may be missing.
// enabled_keys_override: labels.enabled_keys of the config, instead of reporting_enabledtagkeys.
// Without uri: ReferenceData with given = false. Errors: kReferenceUnavailable, kBadInput (file, line, column), kBadConfig (another
// scheme).
ReferenceData load_reference(std::string_view uri, const std::optional<std::vector<std::string>>& enabled_keys_override,
                             const PostgresSettings& postgres = {});

}  // namespace costmill
