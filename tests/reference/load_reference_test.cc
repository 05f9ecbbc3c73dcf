#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "costmill/error.h"
#include "reference/reference_data.h"

namespace costmill {
namespace {

using Pair = std::pair<std::string, std::string>;

class Reference : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "costmill_reference_XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string uri() const { return "csv:" + folder_; }
  void write(const std::string& table, std::string_view content) const {
    std::ofstream(folder_ + "/" + table + ".csv", std::ios::binary) << content;
  }
  ReferenceData load() const { return load_reference(uri(), std::nullopt); }

  ReferenceData with_keys(std::string_view rows) const {
    write("reporting_enabledtagkeys", "key,enabled,provider_type\n" + std::string(rows));
    return load();
  }
  ReferenceData with_nodes(std::string_view rows) const {
    write("reporting_ocp_nodes", "node,resource_id,node_role\n" + std::string(rows));
    return load();
  }
  ReferenceData with_categories(std::string_view rows) const {
    write("reporting_ocp_cost_category_namespace", "namespace,cost_category_id\n" + std::string(rows));
    return load();
  }

  // The error has this code and all these parts in its message.
  void expect_error(ErrorCode code, std::initializer_list<std::string_view> parts, std::string_view column = {}) const {
    try {
      load();
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_EQ(error.place().column, column);
      EXPECT_TRUE(error.place().file.starts_with(folder_)) << error.place().file;
      for (const std::string_view part : parts) {
        EXPECT_NE(std::string_view(error.what()).find(part), std::string_view::npos) << part << " is not in: " << error.what();
      }
    }
  }

  std::string folder_;
};

TEST_F(Reference, WithoutUriEveryLabelIsKeptAndNothingElseKnown) {
  const ReferenceData reference = load_reference("", std::nullopt);
  EXPECT_FALSE(reference.given);
  EXPECT_TRUE(reference.enabled_keys.keeps("anything"));
  EXPECT_TRUE(reference.cost_categories.empty());
  EXPECT_TRUE(reference.node_roles.empty());
}

TEST_F(Reference, WithoutUriTheConfigsKeysAreTheEnabledOnes) {
  const ReferenceData reference = load_reference("", std::vector<std::string>{"app"});
  EXPECT_FALSE(reference.given);
  EXPECT_TRUE(reference.enabled_keys.keeps("app"));
  EXPECT_FALSE(reference.enabled_keys.keeps("env"));
}

TEST_F(Reference, ConfigsKeysReplaceTheTable) {
  write("reporting_enabledtagkeys", "key,enabled,provider_type\nenv,true,OCP\n");
  write("reporting_ocp_nodes", "node,resource_id,node_role\nn1,i-1,worker\n");
  const ReferenceData reference = load_reference(uri(), std::vector<std::string>{"app"});
  EXPECT_TRUE(reference.given);
  EXPECT_TRUE(reference.enabled_keys.keeps("app"));
  EXPECT_FALSE(reference.enabled_keys.keeps("env"));
  EXPECT_EQ(reference.node_roles.size(), 1u);
}

TEST_F(Reference, MissingFilesAreEmptyTables) {
  const ReferenceData reference = load();
  EXPECT_TRUE(reference.given);
  EXPECT_FALSE(reference.enabled_keys.keeps("app"));
  EXPECT_FALSE(reference.enabled_keys.keeps("vm_kubevirt_io_name"));
  EXPECT_TRUE(reference.cost_categories.empty());
  EXPECT_TRUE(reference.node_roles.empty());
}

TEST_F(Reference, MissingFolderIsUnavailable) {
  std::filesystem::remove_all(folder_);
  expect_error(ErrorCode::kReferenceUnavailable, {folder_, "is no folder"});
}

TEST_F(Reference, FileInPlaceOfTheFolderIsUnavailable) {
  write("file", "x");
  folder_ += "/file.csv";
  expect_error(ErrorCode::kReferenceUnavailable, {"is no folder"});
  folder_ = std::filesystem::path(folder_).parent_path();
}

TEST_F(Reference, FolderInPlaceOfATableIsUnavailable) {
  std::filesystem::create_directory(folder_ + "/reporting_ocp_nodes.csv");
  expect_error(ErrorCode::kReferenceUnavailable, {"reporting_ocp_nodes.csv"});
}

TEST_F(Reference, OtherSchemesAreRefusedWithoutShowingPasswords) {
  try {
    load_reference("postgresql://user:secret@host/db", std::nullopt);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadConfig);
    EXPECT_EQ(std::string_view(error.what()).find("secret"), std::string_view::npos) << error.what();
  }
  EXPECT_THROW(load_reference("csv:", std::nullopt), Error);
}

std::set<std::string_view> keys_of(const ReferenceData& reference) {
  const auto keys = reference.enabled_keys.keys();
  return {keys.begin(), keys.end()};
}

TEST_F(Reference, KeysAreEnabledByTrueAndTheProviderTypeOcpCaseSensitive) {
  const ReferenceData reference = with_keys(
      "app,true,OCP\nenv,t,OCP\nzone,false,OCP\nteam,f,OCP\naws,true,AWS\nlower,true,ocp\nnone,true,\\N\nnull,\\N,OCP\n\\N,true,OCP\n");
  EXPECT_EQ(keys_of(reference), (std::set<std::string_view>{"app", "env", "vm_kubevirt_io_name"}));
}

TEST_F(Reference, WithoutAnEnabledKeyAllLabelsAreDropped) {
  const ReferenceData reference = with_keys("app,false,OCP\nenv,true,AWS\n");
  EXPECT_TRUE(keys_of(reference).empty());
  EXPECT_FALSE(reference.enabled_keys.keeps("vm_kubevirt_io_name"));
}

TEST_F(Reference, ColumnsAreFoundByNameAndOthersIgnored) {
  write("reporting_enabledtagkeys", "uuid,provider_type,key,enabled,note\n1,OCP,app,true,\xFF\n2,OCP,\"q\"\"uote,\",true,\\N\n");
  const ReferenceData reference = load();
  EXPECT_EQ(keys_of(reference), (std::set<std::string_view>{"app", "q\"uote,", "vm_kubevirt_io_name"}));
}

TEST_F(Reference, CategoriesKeepEveryPatternAlsoTwiceTheSame) {
  const ReferenceData reference = with_categories("openshift-%,1\nkube-%,2\nkube-%,2\n,3\nplain,\\N\n\\N,4\n");
  ASSERT_EQ(reference.cost_categories.size(), 5u);
  EXPECT_EQ(reference.cost_categories[0].pattern, "openshift-%");
  EXPECT_EQ(reference.cost_categories[0].cost_category_id, 1);
  EXPECT_EQ(reference.cost_categories[3].pattern, "");
  EXPECT_EQ(reference.cost_categories[4].cost_category_id, std::nullopt);
}

TEST_F(Reference, RoleOfANodeIsItsLargestText) {
  const ReferenceData reference = with_nodes("n1,i-1,infra\nn1,i-1,worker\nn1,i-1,master\nn1,i-1,\\N\nn2,i-2,\\N\nn3,i-3,\nn1,i-9,infra\n");
  EXPECT_EQ(reference.node_roles.at(Pair("n1", "i-1")), "worker");
  EXPECT_EQ(reference.node_roles.at(Pair("n2", "i-2")), std::nullopt);
  EXPECT_EQ(reference.node_roles.at(Pair("n3", "i-3")), "");
  EXPECT_EQ(reference.node_roles.at(Pair("n1", "i-9")), "infra");
}

TEST_F(Reference, NodesWithoutNameOrResourceIdMatchNothing) {
  const ReferenceData reference = with_nodes("\\N,i-1,worker\nn1,\\N,worker\n,,master\n");
  ASSERT_EQ(reference.node_roles.size(), 1u);
  EXPECT_EQ(reference.node_roles.at(Pair("", "")), "master");
}

TEST_F(Reference, MissingColumnIsNamed) {
  write("reporting_ocp_nodes", "node,node_role\n");
  expect_error(ErrorCode::kBadInput, {"reporting_ocp_nodes.csv line 1", "no column resource_id"}, "resource_id");
}

TEST_F(Reference, ColumnNamedTwiceIsRefused) {
  write("reporting_ocp_nodes", "node,resource_id,node_role,node\n");
  expect_error(ErrorCode::kBadInput, {"column node twice"}, "node");
}

TEST_F(Reference, FileWithoutHeaderIsRefused) {
  write("reporting_enabledtagkeys", "");
  expect_error(ErrorCode::kBadInput, {"reporting_enabledtagkeys.csv", "header"});
}

TEST_F(Reference, RowOfAnotherLengthIsNamed) {
  write("reporting_enabledtagkeys", "key,enabled,provider_type\napp,true,OCP\nenv,true\n");
  expect_error(ErrorCode::kBadInput, {"reporting_enabledtagkeys.csv line 3", "2 fields", "has 3"});
}

TEST_F(Reference, BadBooleanIsNamedAlsoOfOtherProviders) {
  for (const char* const row : {"app,yes,OCP", "app,TRUE,OCP", "app,,OCP", "app,1,AWS"}) {
    write("reporting_enabledtagkeys", std::string("key,enabled,provider_type\nok,true,OCP\n") + row + "\n");
    expect_error(ErrorCode::kBadInput, {"line 3", "enabled is \"", "true or false"}, "enabled");
  }
}

TEST_F(Reference, BadNumberIsNamed) {
  for (const char* const row : {"kube-%,x", "kube-%,", "kube-%,1.0", "kube-%,2147483648", "kube-%,+1", "kube-%, 1", "\\N,x"}) {
    write("reporting_ocp_cost_category_namespace", std::string("namespace,cost_category_id\n") + row + "\n");
    expect_error(ErrorCode::kBadInput, {"line 2", "cost_category_id is \"", "whole number"}, "cost_category_id");
  }
}

TEST_F(Reference, BytesThatAreNotUtf8AreNamed) {
  write("reporting_ocp_cost_category_namespace", "namespace,cost_category_id\ncaf\xE9,1\n");
  expect_error(ErrorCode::kBadInput, {"line 2", "namespace is not UTF-8"}, "namespace");
}

TEST_F(Reference, BrokenCsvIsNamed) {
  write("reporting_ocp_nodes", "node,resource_id,node_role\n\"n1,i-1,worker\n");
  expect_error(ErrorCode::kBadInput, {"reporting_ocp_nodes.csv line 2"});
}

}  // namespace
}  // namespace costmill
