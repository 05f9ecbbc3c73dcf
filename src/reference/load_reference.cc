#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "costmill/error.h"
#include "reference/csv_table.h"
#include "reference/reference_data.h"
#include "reference/reference_tables.h"

namespace costmill {
namespace {

// Rule 1.
EnabledKeys load_enabled_keys(const std::string& folder) {
  enum Column : std::size_t { kKey, kEnabled, kProviderType };
  CsvTable table(folder + "/reporting_enabledtagkeys.csv", {"key", "enabled", "provider_type"});
  std::vector<std::string> keys;
  while (table.next()) {
    const std::string* const key = table.text(kKey);
    const std::string* const provider_type = table.text(kProviderType);
    const bool enabled = table.is_true(kEnabled);  // asked first, so that a bad one is an error in every row
    if (enabled && key != nullptr && provider_type != nullptr && *provider_type == "OCP") keys.push_back(*key);
  }
  return EnabledKeys::only(keys);
}

// Rule 4.
std::vector<CostCategoryPattern> load_cost_categories(const std::string& folder) {
  enum Column : std::size_t { kNamespace, kCostCategoryId };
  CsvTable table(folder + "/reporting_ocp_cost_category_namespace.csv", {"namespace", "cost_category_id"});
  std::vector<CostCategoryPattern> categories;
  while (table.next()) {
    const std::string* const pattern = table.text(kNamespace);
    const std::optional<std::int32_t> id = table.integer(kCostCategoryId);
    if (pattern != nullptr) categories.push_back({*pattern, id});  // LIKE NULL matches nothing
  }
  return categories;
}

// Rule 9.
decltype(ReferenceData::node_roles) load_node_roles(const std::string& folder) {
  enum Column : std::size_t { kNode, kResourceId, kNodeRole };
  CsvTable table(folder + "/reporting_ocp_nodes.csv", {"node", "resource_id", "node_role"});
  decltype(ReferenceData::node_roles) roles;
  while (table.next()) {
    const std::string* const node = table.text(kNode);
    const std::string* const resource_id = table.text(kResourceId);
    if (node == nullptr || resource_id == nullptr) continue;
    std::optional<std::string>& largest = roles[{*node, *resource_id}];
    const std::string* const role = table.text(kNodeRole);
    if (role != nullptr && (!largest || *largest < *role)) largest = *role;
  }
  return roles;
}

std::string folder_of(std::string_view uri) {
  constexpr std::string_view kScheme = "csv:";
  if (!uri.starts_with(kScheme) || uri.size() == kScheme.size()) {
    // Only the scheme is shown: the rest may hold a password.
    const std::string_view scheme = uri.substr(0, std::min(uri.find(':'), uri.size()));
    throw Error(
        ErrorCode::kBadConfig,
        fmt::format("run.reference: {:?} is no kind of reference data that can be read; use csv:DIR or postgresql://USER@HOST/DATABASE",
                    scheme));
  }
  const std::string folder(uri.substr(kScheme.size()));
  std::error_code error;
  const std::filesystem::file_type type = std::filesystem::status(folder, error).type();
  if (type == std::filesystem::file_type::directory) return folder;
  const bool unknown = type == std::filesystem::file_type::none;
  throw Error(ErrorCode::kReferenceUnavailable,
              fmt::format("run.reference: {} {}; give a folder with one CSV file a reference table", folder,
                          unknown ? "cannot be read: " + error.message() : "is no folder"),
              {.file = folder});
}

}  // namespace

ReferenceData load_reference(std::string_view uri, const std::optional<std::vector<std::string>>& enabled_keys_override,
                             const PostgresSettings& postgres) {
  ReferenceData reference;
  if (enabled_keys_override) reference.enabled_keys = EnabledKeys::only(*enabled_keys_override);
  if (uri.empty()) return reference;
  if (is_postgres_uri(uri)) {
    ReferenceData stored = read_reference_tables(postgres_target(uri, postgres, PostgresRole::kReference));
    if (enabled_keys_override) stored.enabled_keys = reference.enabled_keys;
    return stored;
  }
  const std::string folder = folder_of(uri);
  reference.given = true;
  if (!enabled_keys_override) reference.enabled_keys = load_enabled_keys(folder);
  reference.cost_categories = load_cost_categories(folder);
  reference.node_roles = load_node_roles(folder);
  return reference;
}

}  // namespace costmill
