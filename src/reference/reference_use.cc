#include "reference/reference_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

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

std::string digest_of(std::string_view content) {
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string digest_of_keys(const TextHashes& label_keys, const EnabledKeys& enabled) {
  if (enabled.keeps_all()) return digest_of("all");
  std::vector<std::string_view> within;
  for (const std::string_view key : enabled.keys()) {
    if (label_keys.may_hold(TextHashes::hash_of({key}))) within.push_back(key);
  }
  std::sort(within.begin(), within.end());
  std::string content = "only\n";
  for (const std::string_view key : within) append_text(content, key);
  return digest_of(content);
}

std::string digest_of_roles(const TextHashes& nodes, const ReferenceData& reference) {
  if (!reference.given) return digest_of("derived");
  std::string content = "given\n";
  for (const auto& [node, role] : reference.node_roles) {
    if (!nodes.may_hold(TextHashes::hash_of({node.first, node.second}))) continue;
    append_text(content, std::string_view(node.first));
    append_text(content, std::string_view(node.second));
    append_text(content, role);
  }
  return digest_of(content);
}

bool before(const CostCategoryPattern& a, const CostCategoryPattern& b) {
  return std::tie(a.pattern, a.cost_category_id) < std::tie(b.pattern, b.cost_category_id);
}

std::string digest_of_categories(std::vector<CostCategoryPattern> categories) {
  std::sort(categories.begin(), categories.end(), before);
  std::string content;
  for (const CostCategoryPattern& category : categories) {
    append_text(content, std::string_view(category.pattern));
    content += category.cost_category_id ? fmt::format("{}\n", *category.cost_category_id) : "null\n";
  }
  return digest_of(content);
}

}  // namespace

ReferenceDigests digests_within(const ReferenceScope& scope, const ReferenceData& reference) {
  return {.enabled_keys = digest_of_keys(scope.label_keys, reference.enabled_keys),
          .node_roles = digest_of_roles(scope.nodes, reference),
          .cost_categories = digest_of_categories(scope.cost_categories ? reference.cost_categories : std::vector<CostCategoryPattern>{})};
}

}  // namespace costmill
