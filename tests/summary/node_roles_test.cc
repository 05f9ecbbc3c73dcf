// Rule 11, where no reference data is given.
#include "fold_builder.h"

namespace costmill {
namespace {

Text derived_namespace(const LineItems& items) {
  FoldOptions options = october();
  options.derive_roles = true;
  const auto result = summarize(items, ReferenceData{}, options);
  EXPECT_EQ(unallocated_rows(result).size(), 1U);
  return text_of(result, unallocated_rows(result).at(0).namespace_name);
}

TEST(NodeRoles, ANodeOfWhichNothingIsKnownIsAWorker) { EXPECT_EQ(derived_namespace(LineItems().daily({})), "Worker unallocated"); }

TEST(NodeRoles, ANodeThatRunsTheApiServerIsAMaster) {
  LineItems items;
  items.daily({.namespace_name = "openshift-kube-apiserver"}).daily({.namespace_name = "apps"});
  EXPECT_EQ(derived_namespace(items), "Platform unallocated");
}

TEST(NodeRoles, TheInfraLabelMakesANodeInfra) {
  LineItems items;
  items.daily({}).node_labels("n1", R"({"node_role_kubernetes_io": "infra"})");
  EXPECT_EQ(derived_namespace(items), "Platform unallocated");
}

TEST(NodeRoles, TheInfraLabelIsLookedForAsTextWithOneBlank) {
  LineItems items;
  items.daily({}).node_labels("n1", R"({"node_role_kubernetes_io":"infra"})").node_labels("n2", R"({"node_role_kubernetes_io": "infra"})");
  EXPECT_EQ(derived_namespace(items), "Worker unallocated");
}

TEST(NodeRoles, ARoleInTheDataWinsOverWhatIsDerived) {
  LineItems items;
  items.daily({.namespace_name = "openshift-kube-apiserver", .node_role = "worker"});
  EXPECT_EQ(derived_namespace(items), "Worker unallocated");
}

TEST(NodeRoles, AnEmptyRoleInTheDataCountsAsARole) { EXPECT_EQ(derived_namespace(LineItems().daily({.node_role = ""})), std::nullopt); }

TEST(NodeRoles, TheLargestRoleOfTheRowsIsTaken) {
  LineItems items;
  items.daily({.node_role = "infra"}).daily({.node_role = "worker"}).daily({.node_role = std::nullopt});
  EXPECT_EQ(derived_namespace(items), "Worker unallocated");
}

TEST(NodeRoles, TheApiServerMayBeSeenByAnotherFold) {
  FoldOptions options = october();
  options.derive_roles = true;
  Fold fold = folded(LineItems().daily({.namespace_name = "apps"}), options);
  fold.merge(folded(LineItems().daily({.namespace_name = "openshift-kube-apiserver"}), options));
  const DayResult result = fold.finish(kDay, test_cluster(), ReferenceData{});
  ASSERT_EQ(unallocated_rows(result).size(), 1U);
  EXPECT_EQ(text_of(result, unallocated_rows(result)[0].namespace_name), "Platform unallocated");
}

TEST(NodeRoles, WithReferenceDataNothingIsDerived) {
  const auto result = summarize(LineItems().daily({.node_role = "worker"}));
  EXPECT_EQ(text_of(result, unallocated_rows(result).at(0).namespace_name), std::nullopt);
}

}  // namespace
}  // namespace costmill
