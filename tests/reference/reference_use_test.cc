#include "reference/reference_use.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "../texts/hashes_of.h"

namespace costmill {
namespace {

// A day with the keys app and env, on the node n1, i-1.
const ReferenceScope kScope{.label_keys = hashes_of({{"app"}, {"env"}}), .nodes = hashes_of({{"n1", "i-1"}}), .cost_categories = true};

ReferenceData reference_data() {
  return {.given = true,
          .enabled_keys = EnabledKeys::only({"app"}),
          .cost_categories = {{"a%", 1}, {"b%", 2}},
          .node_roles = {{{"n1", "i-1"}, "worker"}, {{"n2", "i-2"}, std::nullopt}}};
}

ReferenceDigests digests() { return digests_within(kScope, reference_data()); }
ReferenceDigests digests_after(const std::function<void(ReferenceData&)>& change, const ReferenceScope& scope = kScope) {
  ReferenceData reference = reference_data();
  change(reference);
  return digests_within(scope, reference);
}

TEST(ReferenceUse, DigestsAreThirtyTwoHexDigits) {
  for (const std::string& digest : {digests().enabled_keys, digests().node_roles, digests().cost_categories}) {
    EXPECT_EQ(digest.size(), 32u);
    EXPECT_EQ(digest.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
}

TEST(ReferenceUse, AKeyThatTheDayHasNotChangesNothing) {
  EXPECT_EQ(digests_after([](ReferenceData& data) { data.enabled_keys = EnabledKeys::only({"app", "elsewhere"}); }), digests());
}

TEST(ReferenceUse, AKeyOfTheDayThatIsEnabledOrDisabledCounts) {
  EXPECT_NE(digests_after([](ReferenceData& data) { data.enabled_keys = EnabledKeys::only({"app", "env"}); }), digests());
  EXPECT_NE(digests_after([](ReferenceData& data) { data.enabled_keys = EnabledKeys::only({"env"}); }), digests());
  EXPECT_NE(digests_after([](ReferenceData& data) { data.enabled_keys = EnabledKeys::only({}); }), digests());
  EXPECT_NE(digests_after([](ReferenceData& data) { data.enabled_keys = EnabledKeys::all(); }), digests());
}

TEST(ReferenceUse, TheVirtualMachineNameGoesWithTheLastKey) {
  const ReferenceScope scope{.label_keys = hashes_of({{"vm_kubevirt_io_name"}}), .nodes = {}};
  const auto with = [&](const EnabledKeys& keys) { return digests_after([&](ReferenceData& data) { data.enabled_keys = keys; }, scope); };
  EXPECT_EQ(with(EnabledKeys::only({"a"})), with(EnabledKeys::only({"b"})));
  EXPECT_NE(with(EnabledKeys::only({"a"})), with(EnabledKeys::only({})));
}

TEST(ReferenceUse, OnlyTheRolesOfTheDaysNodesCount) {
  EXPECT_EQ(digests_after([](ReferenceData& data) { data.node_roles[{"n2", "i-2"}] = "infra"; }), digests());
  EXPECT_EQ(digests_after([](ReferenceData& data) { data.node_roles[{"n3", "i-3"}] = "worker"; }), digests());
  EXPECT_NE(digests_after([](ReferenceData& data) { data.node_roles[{"n1", "i-1"}] = "infra"; }), digests());
  EXPECT_NE(digests_after([](ReferenceData& data) { data.node_roles[{"n1", "i-1"}] = std::nullopt; }), digests());
  EXPECT_NE(digests_after([](ReferenceData& data) { data.node_roles.erase({"n1", "i-1"}); }), digests());
  EXPECT_NE(digests_after([](ReferenceData& data) { data.given = false; }), digests());
}

TEST(ReferenceUse, ANodeAndItsResourceBelongTogether) {
  EXPECT_NE(TextHashes::hash_of({"n1", "i-1"}), TextHashes::hash_of({"n1i", "-1"}));
  EXPECT_NE(TextHashes::hash_of({"n1", "i-1"}), TextHashes::hash_of({"i-1", "n1"}));
}

TEST(ReferenceUse, EveryCostCategoryCountsWhateverTheOrder) {
  EXPECT_EQ(digests_after([](ReferenceData& data) { std::swap(data.cost_categories[0], data.cost_categories[1]); }), digests());
  std::set<std::string> different{digests().cost_categories};
  for (const auto& categories : std::vector<std::vector<CostCategoryPattern>>{
           {}, {{"a%", 1}}, {{"a%", 1}, {"b%", 3}}, {{"a%", 1}, {"b%", std::nullopt}}, {{"a%", 1}, {"b%", 2}, {"b%", 2}}}) {
    different.insert(digests_after([&](ReferenceData& data) { data.cost_categories = categories; }).cost_categories);
  }
  EXPECT_EQ(different.size(), 6U);
}

TEST(ReferenceUse, WhereCategoriesAreOffTheyDoNotCount) {
  ReferenceScope scope = kScope;
  scope.cost_categories = false;
  EXPECT_EQ(digests_after([](ReferenceData& data) { data.cost_categories.clear(); }, scope), digests_within(scope, reference_data()));
}

}  // namespace
}  // namespace costmill
