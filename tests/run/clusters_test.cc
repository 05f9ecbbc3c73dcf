#include "run/clusters.h"

#include "usage_tree.h"

namespace costmill {
namespace {

constexpr const char* kOtherUuid = "22222222-2222-4222-8222-222222222222";

class Clusters : public testing::Test {
 protected:
  Clusters() {
    write_day(tree_, 1);
    config_.clusters.emplace_back();
    config_.clusters[0].window = DateRange{make_day(2025, 10, 1), make_day(2025, 10, 2)};
  }

  void add_other() { write_day(tree_, 1, "1", "org2", kOtherUuid); }
  std::vector<ChosenCluster> chosen() { return choose_clusters(config_, *open_store(tree_.uri())); }
  void expect_error(ErrorCode code, const std::string& part) {
    const Error error = error_of([&] { chosen(); });
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }

  TempTree tree_;
  Config config_;
};

TEST_F(Clusters, TheOnlyClusterNeedsNoName) {
  const auto clusters = chosen();
  ASSERT_EQ(clusters.size(), 1U);
  EXPECT_EQ(clusters[0].tree.org_id, "org1");
  EXPECT_EQ(clusters[0].identity.source_uuid, kTree.provider_uuid);
  EXPECT_EQ(clusters[0].identity.cluster_id, kTree.provider_uuid) << "for want of a name of its own";
}

TEST_F(Clusters, SeveralClustersAreListed) {
  add_other();
  expect_error(ErrorCode::kBadConfig, kTree.provider_uuid);
  expect_error(ErrorCode::kBadConfig, kOtherUuid);
}

TEST_F(Clusters, TheOrganisationOrTheUuidChooses) {
  add_other();
  config_.org_id = "org2";
  EXPECT_EQ(chosen().at(0).identity.source_uuid, kOtherUuid);
  config_.org_id.reset();
  config_.clusters[0].provider_uuid = kTree.provider_uuid;
  EXPECT_EQ(chosen().at(0).tree.org_id, "org1");
}

TEST_F(Clusters, AllTakesEveryOne) {
  add_other();
  config_.all_clusters = true;
  EXPECT_EQ(chosen().size(), 2U);
}

TEST_F(Clusters, AllLeavesOutMonthsThatAClusterDoesNotHave) {
  config_.all_clusters = true;
  config_.clusters[0].window = DateRange{make_day(2025, 10, 1), make_day(2025, 11, 2)};
  const auto clusters = chosen();
  ASSERT_EQ(clusters.at(0).pieces.size(), 1U);
  EXPECT_EQ(to_string(clusters[0].pieces[0].month), "2025-10");
  ASSERT_EQ(clusters[0].left_out.size(), 1U);
  EXPECT_EQ(to_string(clusters[0].left_out[0]), "2025-11");
  config_.all_clusters = false;
  EXPECT_EQ(chosen().at(0).pieces.size(), 2U) << "a cluster that was chosen is asked for all of the window";
}

TEST_F(Clusters, WhereAllLeavesNothingPlanningSaysWhereItLooked) {
  config_.all_clusters = true;
  config_.clusters[0].window = DateRange{make_day(2025, 11, 1), make_day(2025, 11, 2)};
  EXPECT_EQ(chosen().at(0).pieces.size(), 1U);
}

TEST_F(Clusters, AnUnknownClusterIsBadInputAndSaysWhatIsThere) {
  config_.clusters[0].provider_uuid = kOtherUuid;
  expect_error(ErrorCode::kBadInput, kTree.provider_uuid);
}

TEST_F(Clusters, WithoutDaysTheMonthsAreListed) {
  config_.clusters[0].window.reset();
  expect_error(ErrorCode::kBadConfig, "2025-10");
}

TEST_F(Clusters, TemplatesThatNameNoClusterAndNoMonthCannotTellThem) {
  config_.clusters[0].paths.pod_daily = config_.clusters[0].paths.pod_hourly = "mine/{org_id}";
  expect_error(ErrorCode::kBadConfig, "--cluster UUID");
  config_.clusters[0].provider_uuid = kTree.provider_uuid;
  config_.org_id = "org1";
  EXPECT_EQ(chosen().size(), 1U);
  config_.clusters[0].window.reset();
  const Error error = error_of([&] { chosen(); });
  EXPECT_EQ(std::string(error.what()).find("cluster"), std::string::npos) << error.what();
}

TEST_F(Clusters, NamesThatTheTableCannotHoldAreRefusedBeforeAnythingIsRead) {
  config_.clusters[0].cluster_id = std::string(50, 'x');
  EXPECT_NO_THROW(chosen());
  config_.clusters[0].cluster_id = std::string(51, 'x');
  expect_error(ErrorCode::kBadConfig, "ocp.cluster_id");
  config_.clusters[0].cluster_id = "c";
  config_.clusters[0].cluster_alias = std::string(256, 'x');
  EXPECT_NO_THROW(chosen());
  config_.clusters[0].cluster_alias = std::string(257, 'x');
  expect_error(ErrorCode::kBadConfig, "ocp.cluster_alias");
}

}  // namespace
}  // namespace costmill
