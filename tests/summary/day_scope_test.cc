// What a finished day says of its own input: what reference data it was asked about, which hours it saw, which days it left out.
#include "../texts/hashes_of.h"
#include "fold_builder.h"

namespace costmill {
namespace {

TEST(DayScope, HasTheKeysOfAllLabelTextsAlsoThoseThatAreNotEnabled) {
  LineItems items;
  items.daily({.labels = R"({"pod":"1"})"}).storage({.volume_labels = R"({"volume":"1"})", .claim_labels = R"({"claim":"1"})"});
  items.node_labels("n1", R"({"node":"1"})").namespace_labels("apps", R"({"namespace":"1","pod":"2"})");
  ReferenceData reference = all_keys();
  reference.enabled_keys = EnabledKeys::only({"pod"});
  EXPECT_EQ(summarize(items, reference).reference_scope.label_keys, hashes_of({{"pod"}, {"volume"}, {"claim"}, {"node"}, {"namespace"}}));
}

TEST(DayScope, OfADayHasNothingOfAnotherThoughTheirLabelMapsAreShared) {
  LineItems items;
  items.daily({.labels = R"({"first":"1"})"}).daily({.labels = R"({"second":"1"})", .day = kDay.next()});
  const Fold fold = folded(items);
  const ReferenceData reference = all_keys();
  const auto maps = std::make_shared<LabelMaps>(reference.enabled_keys);
  EXPECT_EQ(fold.finish(kDay, test_cluster(), reference, maps).reference_scope.label_keys, hashes_of({{"first"}}));
  EXPECT_EQ(fold.finish(kDay.next(), test_cluster(), reference, maps).reference_scope.label_keys, hashes_of({{"second"}}));
}

TEST(DayScope, HasTheNodesWhoseRolesWereLookedUp) {
  LineItems items;
  items.daily({.node = "n1", .resource_id = "i-1"}).daily({.node = "n2", .resource_id = std::nullopt});
  items.daily({.namespace_name = "Network unattributed", .node = "n3", .resource_id = "i-3"});
  EXPECT_EQ(summarize(items).reference_scope.nodes, hashes_of({{"n1", "i-1"}}));
}

TEST(DayScope, WithoutUnallocatedRowsOrCategoriesDependsOnNeither) {
  FoldOptions options = october();
  options.unallocated = options.cost_category = false;
  const DayResult result = summarize(LineItems().daily({}), all_keys(), options);
  EXPECT_EQ(result.reference_scope.nodes, TextHashes());
  EXPECT_FALSE(result.reference_scope.cost_categories);
  EXPECT_TRUE(summarize(LineItems().daily({})).reference_scope.cost_categories);
}

TEST(DayScope, CountsTheHoursOfTheHourlyPods) {
  LineItems items;
  items.hourly({.hour = 0}).hourly({.hour = 0.5}).hourly({.node = std::nullopt, .hour = 23.99}).daily({.hour = 7});
  EXPECT_EQ(summarize(items).hours.count(), 2U);
  EXPECT_EQ(summarize(LineItems().daily({})).hours.count(), 0U);
}

TEST(DayScope, ADayThatIsLeftOutHasNoRowsButCountsInTheSpanOfAChunk) {
  FoldOptions options = october();
  options.left_out = {kDay};
  LineItems items;
  items.daily({}).daily({.day = kDay.next()});
  Fold fold(options);
  const auto span = fold.add(chunk_of(items.files()[0].rows, 0, fold.texts()), kDaily, 0);
  ASSERT_TRUE(span.has_value());
  EXPECT_EQ(span->first, kDay);
  EXPECT_EQ(span->last, kDay.next());
  EXPECT_EQ(fold.finish(kDay, test_cluster(), all_keys()).input_rows, 0U);
  EXPECT_EQ(fold.finish(kDay.next(), test_cluster(), all_keys()).input_rows, 1U);
}

}  // namespace
}  // namespace costmill
