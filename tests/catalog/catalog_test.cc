#include <arrow/result.h>
#include <sys/stat.h>

#include "catalog/layout.h"
#include "catalog/path_pattern.h"
#include "temp_tree.h"

namespace costmill {
namespace {

constexpr const char* kUuid = "11111111-1111-4111-8111-111111111111";
constexpr const char* kOtherUuid = "22222222-2222-4222-8222-222222222222";
const ClusterTree kTree{"org1", kUuid};
constexpr Month kMay{2025, 5};

std::vector<std::string> names_of(const TableFiles& found) {
  std::vector<std::string> names;
  for (const StoredFile& file : found.files) names.push_back(file.path);
  return names;
}

std::vector<std::string> found_in(const TempTree& tree, const Layout& layout, Table table) {
  const auto store = open_store(tree.uri());
  return names_of(layout.find(*store, kTree, kMay, table));
}

using Names = std::vector<std::string>;

TEST(KokuLayout, EachTableHasItsFolder) {
  const TempTree tree;
  const std::string month = std::string("/source=") + kUuid + "/year=2025/month=05/";
  const std::pair<Table, std::string> folders[] = {{Table::kPodHourly, "data/parquet/org1/OCP/pod_usage"},
                                                   {Table::kPodDaily, "data/parquet/daily/org1/OCP/pod_usage"},
                                                   {Table::kStorageDaily, "data/parquet/daily/org1/OCP/storage_usage"},
                                                   {Table::kNodeLabels, "data/parquet/daily/org1/OCP/node_labels"},
                                                   {Table::kNamespaceLabels, "data/parquet/daily/org1/OCP/namespace_labels"}};
  for (const auto& [table, folder] : folders) {
    tree.write(folder + month + "b.parquet", "");
    tree.write(folder + month + "a.parquet", "x");
    tree.write(folder + "/source=" + kUuid + "/year=2025/month=5/c.parquet", "");
    tree.write(folder + "/source=" + kOtherUuid + "/year=2025/month=05/d.parquet", "");
  }
  const Layout layout(LayoutKind::kKoku, {});
  for (const auto& [table, folder] : folders) {
    EXPECT_EQ(found_in(tree, layout, table), (Names{folder + month + "a.parquet", folder + month + "b.parquet"})) << name_of(table);
  }
}

TEST(KokuLayout, HiddenAndOtherFilesAreNoData) {
  const TempTree tree;
  const std::string folder = std::string("data/parquet/daily/org1/OCP/pod_usage/source=") + kUuid + "/year=2025/month=05/";
  for (const char* name : {"a.parquet", ".a.parquet", "_a.parquet", "a.parquet.tmp", "_SUCCESS", "a.PARQUET", "x.csv"})
    tree.write(folder + name, "");
  tree.write(folder + "deeper/b.parquet", "");
  EXPECT_EQ(found_in(tree, Layout(LayoutKind::kKoku, {}), Table::kPodDaily), (Names{folder + "a.parquet"}));
}

TEST(KokuLayout, ThePrefixOfASchemaIsNoPartOfPaths) {
  EXPECT_EQ(org_in_paths("acct1234"), "1234");
  EXPECT_EQ(org_in_paths("org1234"), "org1234");
  EXPECT_EQ(org_in_paths("acct"), "");
  EXPECT_EQ(org_in_paths("myacct1"), "myacct1");
}

TEST(PocLayout, OneFolderLevelLiesAboveTheTables) {
  const TempTree tree;
  const std::string month = std::string("data/org1/OCP/source=") + kUuid + "/year=2025/month=05/";
  tree.write(month + "day=02/openshift_pod_usage_line_items/b.parquet", "");
  tree.write(month + "day=01/openshift_pod_usage_line_items/a.parquet", "");
  tree.write(month + "openshift_pod_usage_line_items/not-here.parquet", "");
  tree.write(month + ".staging/openshift_pod_usage_line_items/half.parquet", "");
  tree.write(month + "_temporary/openshift_pod_usage_line_items/half.parquet", "");
  const Names pods{month + "day=01/openshift_pod_usage_line_items/a.parquet", month + "day=02/openshift_pod_usage_line_items/b.parquet"};
  const Layout layout(LayoutKind::kPoc, {});
  EXPECT_EQ(found_in(tree, layout, Table::kPodDaily), pods);
  EXPECT_EQ(found_in(tree, layout, Table::kPodHourly), pods) << "one table serves as both";
}

TEST(PocLayout, HourlyStorageIsReadWhereThereIsNoDaily) {
  const TempTree tree;
  const std::string day = std::string("data/org1/OCP/source=") + kUuid + "/year=2025/month=05/day=01/";
  const Layout layout(LayoutKind::kPoc, {});
  tree.write(day + "openshift_storage_usage_line_items/h.parquet", "");
  EXPECT_EQ(found_in(tree, layout, Table::kStorageDaily), (Names{day + "openshift_storage_usage_line_items/h.parquet"}));
  tree.write(day + "openshift_storage_usage_line_items_daily/d.parquet", "");
  EXPECT_EQ(found_in(tree, layout, Table::kStorageDaily), (Names{day + "openshift_storage_usage_line_items_daily/d.parquet"}));
}

TEST(PocLayout, EachDayFolderHasItsOwnKindOfStorage) {
  const TempTree tree;
  const std::string month = std::string("data/org1/OCP/source=") + kUuid + "/year=2025/month=05/";
  tree.write(month + "day=01/openshift_storage_usage_line_items_daily/d.parquet", "");
  tree.write(month + "day=01/openshift_storage_usage_line_items/h.parquet", "");
  tree.write(month + "day=02/openshift_storage_usage_line_items/h.parquet", "");
  EXPECT_EQ(found_in(tree, Layout(LayoutKind::kPoc, {}), Table::kStorageDaily),
            (Names{month + "day=01/openshift_storage_usage_line_items_daily/d.parquet",
                   month + "day=02/openshift_storage_usage_line_items/h.parquet"}));
}

TEST(Templates, TheSecondOfStorageIsReadWhereTheFirstFindsNothing) {
  const TempTree tree;
  for (const char* file : {"a/x/d.parquet", "b/x/h.parquet", "b/y/h.parquet"}) tree.write(file, "");
  PathTemplates templates;
  templates.storage_daily = "a/x";
  templates.storage = "b/*";
  EXPECT_EQ(found_in(tree, Layout(LayoutKind::kKoku, templates), Table::kStorageDaily), (Names{"a/x/d.parquet"}))
      << "nothing tells what of b would be a's";
  templates.storage_daily = "b/*/daily";
  tree.write("b/y/daily/d.parquet", "");
  EXPECT_EQ(found_in(tree, Layout(LayoutKind::kKoku, templates), Table::kStorageDaily), (Names{"b/x/h.parquet", "b/y/daily/d.parquet"}));
}

TEST(Templates, OverrideTheLayoutAndMayNameFiles) {
  const TempTree tree;
  tree.write("mine/org1/2025/05/pods-1.parquet", "");
  tree.write("mine/org1/2025/05/volumes-1.parquet", "");
  tree.write("labels/x/nodes/n.parquet", "");
  PathTemplates templates;
  templates.pod_daily = "mine/{org_id}/{year}/{month}/pods-*.parquet";
  templates.node_labels = "/labels/*/nodes/";
  const Layout layout(LayoutKind::kKoku, templates);
  EXPECT_EQ(found_in(tree, layout, Table::kPodDaily), (Names{"mine/org1/2025/05/pods-1.parquet"}));
  EXPECT_EQ(found_in(tree, layout, Table::kNodeLabels), (Names{"labels/x/nodes/n.parquet"}));
  EXPECT_TRUE(found_in(tree, layout, Table::kPodHourly).empty());
}

// F16
TEST(Templates, MayNotClimbOutOfTheInput) {
  const TempTree tree;
  PathTemplates templates;
  templates.pod_daily = "a/../../etc";
  EXPECT_EQ(error_of([&] { found_in(tree, Layout(LayoutKind::kKoku, templates), Table::kPodDaily); }).code(), ErrorCode::kBadConfig);
}

TEST(Layout, ClustersAreFoundByTheirPodTables) {
  const TempTree tree;
  std::filesystem::create_directories(tree.at(std::string("data/parquet/daily/org2/OCP/pod_usage/source=") + kOtherUuid + "/x"));
  std::filesystem::create_directories(tree.at(std::string("data/parquet/org1/OCP/pod_usage/source=") + kUuid + "/x"));
  std::filesystem::create_directories(tree.at(std::string("data/parquet/daily/org1/OCP/pod_usage/source=") + kUuid + "/x"));
  std::filesystem::create_directories(tree.at("data/parquet/daily/org3/OCP/node_labels/source=3/x"));
  const auto store = open_store(tree.uri());
  const auto clusters = Layout(LayoutKind::kKoku, {}).find_clusters(*store);
  ASSERT_EQ(clusters.size(), 2U);
  EXPECT_EQ(clusters[0].org_id, "org1");
  EXPECT_EQ(clusters[0].provider_uuid, kUuid);
  EXPECT_EQ(clusters[1].org_id, "org2");
  EXPECT_EQ(clusters[1].provider_uuid, kOtherUuid);
  EXPECT_TRUE(Layout(LayoutKind::kPoc, {}).find_clusters(*store).empty());
}

TEST(Layout, MonthsAreFoundByTheirFolders) {
  const TempTree tree;
  for (const char* month : {"year=2025/month=10", "year=2024/month=12", "year=2025/month=13", "year=x/month=01"}) {
    std::filesystem::create_directories(tree.at(std::string("data/parquet/daily/org1/OCP/pod_usage/source=") + kUuid + "/" + month + "/x"));
  }
  std::filesystem::create_directories(tree.at(std::string("data/parquet/org1/OCP/pod_usage/source=") + kUuid + "/year=2025/month=11/x"));
  const auto store = open_store(tree.uri());
  EXPECT_EQ(Layout(LayoutKind::kKoku, {}).find_months(*store, kTree), (std::vector<Month>{{2024, 12}, {2025, 10}, {2025, 11}}));
}

TEST(Layout, ClustersAndMonthsAreFoundByTemplatesToo) {
  const TempTree tree;
  tree.write(std::string("mine/2025-05/org1/a.b/") + kUuid + "/pods/x.parquet", "");
  tree.write(std::string("mine/2025-06/org1/axb/") + kOtherUuid + "/pods/x.parquet", "");
  std::filesystem::create_directories(tree.at(std::string("data/parquet/daily/org2/OCP/pod_usage/source=") + kUuid + "/x"));
  PathTemplates templates;
  templates.pod_daily = templates.pod_hourly = "/mine/{year}-{month}/{org_id}/a.b/{provider_uuid}/pods";
  const Layout layout(LayoutKind::kKoku, templates);
  const auto store = open_store(tree.uri());
  const auto clusters = layout.find_clusters(*store);
  ASSERT_EQ(clusters.size(), 1U);
  EXPECT_EQ(clusters[0].org_id, "org1");
  EXPECT_EQ(clusters[0].provider_uuid, kUuid);
  EXPECT_EQ(layout.find_months(*store, kTree), (std::vector<Month>{{2025, 5}, {2025, 6}}));
  templates.pod_daily = templates.pod_hourly = "mine/{org_id}/{year}-{month}.parquet";
  EXPECT_TRUE(Layout(LayoutKind::kKoku, templates).cluster_patterns().empty());
  EXPECT_TRUE(Layout(LayoutKind::kKoku, templates).find_months(*store, kTree).empty()) << "file names are not looked through";
}

TEST(LocalStore, AFolderThatDoesNotExistListsAsEmptyButTheRootMustExist) {
  const TempTree tree;
  EXPECT_TRUE(open_store(tree.uri())->list_files("no/such").empty());
  const Error error = error_of([&] { open_store(tree.uri() + "/no-such"); });
  EXPECT_EQ(error.code(), ErrorCode::kInputUnavailable);
  EXPECT_NE(std::string(error.what()).find("no-such"), std::string::npos);
  tree.write("file", "x");
  EXPECT_EQ(error_of([&] { open_store(tree.uri() + "/file"); }).code(), ErrorCode::kInputUnavailable);
  EXPECT_EQ(error_of([&] { open_store("ftp://x"); }).code(), ErrorCode::kBadConfig);
  EXPECT_EQ(error_of([&] { open_store("file:"); }).code(), ErrorCode::kBadConfig);
}

TEST(LocalStore, BothFormsOfAFileUriAreUnderstood) {
  const TempTree tree;
  tree.write("a/x", "1");
  EXPECT_EQ(open_store("file://" + tree.path().string())->list_files("a").size(), 1U);
  EXPECT_EQ(open_store("file:" + tree.path().string())->list_folders(""), (Names{"a"}));
}

TEST(LocalStore, AFileThatChangedSinceItWasListedIsNotRead) {
  const TempTree tree;
  tree.write("a", "one");
  const auto store = open_store(tree.uri());
  const StoredFile listed = stored_file(*store, "a");
  EXPECT_EQ(store->open(listed)->GetSize().ValueOrDie(), 3);
  tree.write("a", "longer");
  EXPECT_EQ(error_of([&] { store->open(listed); }).code(), ErrorCode::kInputChanged);
  StoredFile other_time = stored_file(*store, "a");
  other_time.version = "1.000000000";
  EXPECT_EQ(error_of([&] { store->open(other_time); }).code(), ErrorCode::kInputChanged);
  std::filesystem::remove(tree.path() / "a");
  EXPECT_EQ(error_of([&] { store->open(listed); }).code(), ErrorCode::kInputUnavailable);
}

// F16
TEST(LocalStore, LinksWithinTheInputAreFollowedAndThoseOutOfItRefused) {
  const TempTree tree;
  const TempTree outside;
  outside.write("secret.parquet", "x");
  tree.write("real/a.parquet", "x");
  std::filesystem::create_directory_symlink(tree.path() / "real", tree.path() / "linked");
  const auto store = open_store(tree.uri());
  EXPECT_EQ(store->list_files("linked").size(), 1U);

  std::filesystem::create_symlink(outside.path() / "secret.parquet", tree.at("files/a.parquet"));
  EXPECT_EQ(error_of([&] { store->list_files("files"); }).code(), ErrorCode::kBadInput);

  std::filesystem::create_directory_symlink(outside.path(), tree.at("folders/sub"));
  EXPECT_EQ(error_of([&] { store->list_folders("folders"); }).code(), ErrorCode::kBadInput);
  EXPECT_EQ(error_of([&] { store->list_files("folders/sub"); }).code(), ErrorCode::kBadInput)
      << "also where nobody listed the folder above";
}

// F16
TEST(LocalStore, ANamedPipeIsRefusedAndDoesNotWait) {
  const TempTree tree;
  ASSERT_EQ(::mkfifo(tree.at("a.parquet").c_str(), 0600), 0);
  const auto store = open_store(tree.uri());
  const StoredFile pipe = stored_file(*store, "a.parquet");
  EXPECT_EQ(error_of([&] { store->open(pipe); }).code(), ErrorCode::kBadInput);
}

TEST(MatchFolders, StarsMatchWithinOneLevel) {
  const TempTree tree;
  for (const char* folder : {"a/x1/z", "a/x2/z", "a/y/z", "b/x3/z"}) std::filesystem::create_directories(tree.path() / folder);
  const auto store = open_store(tree.uri());
  EXPECT_EQ(match_folders(*store, "a/x*/z"), (Names{"a/x1/z", "a/x2/z"}));
  EXPECT_EQ(match_folders(*store, "*/*3"), (Names{"b/x3"}));
  EXPECT_EQ(match_folders(*store, "a/*x*1*"), (Names{"a/x1"}));
  EXPECT_EQ(match_folders(*store, ""), (Names{""}));
}

}  // namespace
}  // namespace costmill
