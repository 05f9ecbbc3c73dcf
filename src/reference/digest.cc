#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "reference/reference_data.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace costmill {
namespace {

// With its length before it, so that two different lists of texts never give the same bytes.
void append_text(std::string& out, std::string_view text) { out += fmt::format("{}:{}\n", text.size(), text); }

void append_text(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    append_text(out, std::string_view(*text));
  } else {
    out += "null\n";
  }
}

bool before(const CostCategoryPattern& a, const CostCategoryPattern& b) {
  return std::tie(a.pattern, a.cost_category_id) < std::tie(b.pattern, b.cost_category_id);
}

}  // namespace

std::string ReferenceData::digest() const {
  std::string content = given ? "given\n" : "derived\n";
  append_text(content, std::string_view(enabled_keys.canonical_text()));

  std::vector<CostCategoryPattern> sorted = cost_categories;
  std::sort(sorted.begin(), sorted.end(), before);
  content += fmt::format("cost categories {}\n", sorted.size());
  for (const CostCategoryPattern& category : sorted) {
    append_text(content, std::string_view(category.pattern));
    content += category.cost_category_id ? fmt::format("{}\n", *category.cost_category_id) : "null\n";
  }

  content += fmt::format("node roles {}\n", node_roles.size());
  for (const auto& [node, role] : node_roles) {
    append_text(content, std::string_view(node.first));
    append_text(content, std::string_view(node.second));
    append_text(content, role);
  }

  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace costmill
