#include "config/clusters.h"

#include "config_under_test.h"

namespace costmill {
namespace {

const std::string kTwo =
    "ocp: {year: 2025, month: 10}\n"
    "clusters:\n"
    "  - {provider_uuid: " +
    std::string(kUuidA) +
    ", cluster_alias: prod}\n"
    "  - {provider_uuid: " +
    std::string(kUuidB) + ", cluster_alias: dev, year: 2024, month: 2}\n";

TEST(Clusters, OcpDescribesOne) {
  const Config config =
      config_of("ocp: {provider_uuid: 84052C0D-7C4C-4F6E-9D0A-2A7D9F0D3C11, cluster_id: c, cluster_alias: a, report_period_id: 7}");
  ASSERT_EQ(config.clusters.size(), 1U);
  EXPECT_EQ(config.clusters[0].provider_uuid, kUuidA);  // lower case
  EXPECT_EQ(config.clusters[0].cluster_id, "c");
  EXPECT_EQ(config.clusters[0].cluster_alias, "a");
  EXPECT_EQ(config.clusters[0].report_period_id, 7);
  EXPECT_FALSE(config.all_clusters);
}

TEST(Clusters, NoneConfiguredIsOneEmptyCluster) {
  const Config config = config_of("", {.month = "2025-10"});
  ASSERT_EQ(config.clusters.size(), 1U);
  EXPECT_EQ(config.clusters[0].provider_uuid, std::nullopt);
  EXPECT_TRUE(config.clusters[0].window);
}

TEST(Clusters, AllWithoutAnyConfiguredMeansThoseOfTheInput) {
  const Config config = config_of("ocp: {year: 2025, month: 10}", {.cluster = "all"});
  EXPECT_TRUE(config.all_clusters);
  ASSERT_EQ(config.clusters.size(), 1U);
  EXPECT_TRUE(config.clusters[0].window);
}

TEST(Clusters, OneOfSeveralHasToBeChosen) {
  EXPECT_EQ(message_of(kTwo),
            "several clusters are configured; choose by --cluster: 84052c0d-7c4c-4f6e-9d0a-2a7d9f0d3c11 ('prod'), "
            "0fffffff-7c4c-4f6e-9d0a-2a7d9f0d3c22 ('dev'), or all");
}

TEST(Clusters, AreChosenByUuidInAnyCaseOrAlias) {
  EXPECT_EQ(config_of(kTwo, {.cluster = "0FFFFFFF-7c4c-4f6e-9d0a-2a7d9f0d3c22"}).clusters.at(0).cluster_alias, "dev");
  EXPECT_EQ(config_of(kTwo, {.cluster = "prod"}).clusters.at(0).provider_uuid, kUuidA);
}

TEST(Clusters, AllTakesAllInTheirOrder) {
  const Config config = config_of(kTwo, {.cluster = "all"});
  ASSERT_EQ(config.clusters.size(), 2U);
  EXPECT_EQ(config.clusters[0].cluster_alias, "prod");
  EXPECT_EQ(config.clusters[1].cluster_alias, "dev");
  EXPECT_TRUE(config.all_clusters);
}

TEST(Clusters, UnknownOnesAreRefusedWithTheList) {
  EXPECT_EQ(message_of(kTwo, {.cluster = "test"}),
            "--cluster 'test': no such cluster is configured; there are: 84052c0d-7c4c-4f6e-9d0a-2a7d9f0d3c11 ('prod'), "
            "0fffffff-7c4c-4f6e-9d0a-2a7d9f0d3c22 ('dev')");
  EXPECT_NE(message_of(kTwo, {.cluster = "11111111-7c4c-4f6e-9d0a-2a7d9f0d3c22"}).find("no such cluster"), std::string::npos);
  EXPECT_NE(message_of("ocp: {provider_uuid: " + std::string(kUuidA) + "}", {.cluster = kUuidB}).find("no such cluster"),
            std::string::npos);
}

TEST(Clusters, UuidNeedsNoConfiguration) {
  EXPECT_EQ(config_of("", {.cluster = kUuidA}).clusters.at(0).provider_uuid, kUuidA);
  const Config described = config_of("ocp: {provider_uuid: '${UUID}', cluster_alias: prod}", {.cluster = kUuidA});
  EXPECT_EQ(described.clusters.at(0).provider_uuid, kUuidA);
  EXPECT_EQ(described.clusters.at(0).cluster_alias, "prod");
}

TEST(Clusters, AliasNeedsConfiguration) {
  EXPECT_EQ(message_of("", {.cluster = "prod"}), "--cluster 'prod': no clusters are configured, so it has to be a source UUID, or all");
}

TEST(Clusters, OneAliasForTwoIsAmbiguous) {
  const std::string yaml = "clusters:\n  - {provider_uuid: " + std::string(kUuidA) + ", cluster_alias: x}\n  - {provider_uuid: " + kUuidB +
                           ", cluster_alias: x}\n";
  EXPECT_NE(message_of(yaml, {.cluster = "x"}).find("means several clusters"), std::string::npos);
  EXPECT_EQ(config_of(yaml, {.cluster = kUuidB}).clusters.at(0).provider_uuid, kUuidB);
}

TEST(Clusters, OneUuidTwiceIsRefused) {
  const std::string yaml =
      "clusters:\n  - {provider_uuid: " + std::string(kUuidA) + "}\n  - {provider_uuid: 84052C0D-7C4C-4F6E-9D0A-2A7D9F0D3C11}\n";
  EXPECT_EQ(message_of(yaml, {.cluster = "all"}),
            "cluster 84052c0d-7c4c-4f6e-9d0a-2a7d9f0d3c11 is configured twice: test.yaml:2 and test.yaml:3; remove one of them");
}

TEST(Clusters, OcpWithAUuidIsOneMoreOfTheList) {
  const std::string yaml = "ocp: {provider_uuid: " + std::string(kUuidA) + "}\nclusters: [{provider_uuid: " + kUuidB + "}]\n";
  EXPECT_EQ(config_of(yaml, {.cluster = "all"}).clusters.size(), 2U);
}

TEST(Clusters, ElementsTakeTheWindowOfOcpWhereTheyHaveNone) {
  const Config config = config_of(kTwo, {.cluster = "all"});
  EXPECT_EQ(to_string(config.clusters.at(0).window->from), "2025-10-01");
  EXPECT_EQ(to_string(config.clusters.at(1).window->from), "2024-02-01");
}

TEST(Clusters, CommandLineWinsOverTheWindowOfAnElement) {
  Settings settings = settings_of(kTwo);
  settings.values.put(key("ocp.month"), {.text = "3", .origin = {OriginKind::kCommandLine, "--set"}});
  const Config config = resolve(settings, {.cluster = "all"}, {});
  EXPECT_EQ(to_string(config.clusters.at(0).window->from), "2025-03-01");
  EXPECT_EQ(to_string(config.clusters.at(1).window->from), "2024-03-01");
}

TEST(Clusters, UnsetVariableOfAnotherClusterDoesNotMatter) {
  const std::string yaml =
      "clusters:\n  - {provider_uuid: " + std::string(kUuidA) + "}\n  - {provider_uuid: '${OTHER}', cluster_alias: other}\n";
  EXPECT_EQ(config_of(yaml, {.cluster = kUuidA}).clusters.size(), 1U);
  EXPECT_NE(message_of(yaml, {.cluster = "other"}).find("the variable OTHER is not set"), std::string::npos);
}

TEST(Templates, OrgIdIsTheOrganisationOfTheRun) {
  const std::string pod = "ocp: {parquet_path_pod: 'data/${ORG_ID}/{year}'}\n";
  EXPECT_EQ(config_of(pod).clusters.at(0).paths.pod_daily, "data/{org_id}/{year}");
  EXPECT_EQ(config_of(pod, {}, {{"ORG_ID", "acme"}}).clusters.at(0).paths.pod_daily, "data/acme/{year}");
  EXPECT_EQ(config_of(pod + "organization: {org_id: mine}", {}, {{"ORG_ID", "acme"}}).clusters.at(0).paths.pod_daily,
            "data/{org_id}/{year}");
}

TEST(Templates, VariablesCannotLeaveTheRoot) {
  EXPECT_NE(message_of("ocp: {parquet_path_pod: 'data/${WHERE}'}", {}, {{"WHERE", "../../etc"}}).find("below the input's root"),
            std::string::npos);
  EXPECT_NE(message_of("ocp: {parquet_path_pod: 'data/${WHERE}'}").find("the variable WHERE is not set"), std::string::npos);
}

}  // namespace
}  // namespace costmill
