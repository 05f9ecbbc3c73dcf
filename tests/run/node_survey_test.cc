// Rule 11, where --update-nodes asks for it.
#include "run/node_survey.h"

#include <cmath>
#include <set>

#include "usage_tree.h"

namespace costmill {
namespace {

using Text = std::optional<std::string>;

struct PodRow {
  int day = 1;
  Text node = "n1";
  Text resource_id = "i-1";
  Text namespace_name = "apps";
  Text node_role = std::nullopt;
  std::optional<double> cpu_cores = 4;
};

std::int64_t ms_of(int day) { return static_cast<std::int64_t>(make_day(2025, 10, 1).number + day - 1) * kMillisecondsPerDay; }

class Surveys : public testing::Test {
 protected:
  void pod(const PodRow& row) {
    using namespace pod_columns;
    Chunk chunk{.rows = 1, .interval_start_ms = {ms_of(row.day)}};
    chunk.texts.assign(pod_columns::kTextCount, {kNullText});
    chunk.texts[kNode] = {id_of(row.node)};
    chunk.texts[kResourceId] = {id_of(row.resource_id)};
    chunk.texts[kNamespace] = {id_of(row.namespace_name)};
    chunk.texts[kNodeRole] = {id_of(row.node_role)};
    chunk.numbers.assign(pod_columns::kNumberCount, {{0}, {0}});
    if (row.cpu_cores) chunk.numbers[kNodeCapacityCpuCores] = {{*row.cpu_cores}, {1}};
    survey_.add(chunk, {.nodes = true});
  }

  void labels(const Text& node, const Text& text = "{}", int day = 1) {
    Chunk chunk{.rows = 1, .interval_start_ms = {ms_of(day)}};
    chunk.texts = {{id_of(node)}, {id_of(text)}};
    survey_.add(chunk, {.node_labels = true});
  }

  // The one node of the survey.
  SurveyedNode node() {
    const std::vector<SurveyedNode> nodes = survey_.nodes();
    EXPECT_EQ(nodes.size(), 1U);
    return nodes.empty() ? SurveyedNode{} : nodes[0];
  }

  NodeSurvey survey_{{make_day(2025, 10, 1), make_day(2025, 10, 3)}};

 private:
  TextId id_of(const Text& text) { return text ? survey_.texts().intern(*text) : kNullText; }
};

TEST_F(Surveys, ANodeIsItsPodsAndItsLabelsOfAnyDayOfTheWindow) {
  pod({.day = 1, .cpu_cores = 8});
  labels("n1", R"({"kubernetes_io_arch": "amd64"})", 3);
  EXPECT_EQ(node(), (SurveyedNode{"n1", "i-1", 8, "worker", "amd64"}));
}

TEST_F(Surveys, ANodeWithoutLabelRowsOrWithoutPodsIsAbsent) {
  pod({.node = "unlabelled"});
  labels("idle");
  EXPECT_TRUE(survey_.nodes().empty());
}

TEST_F(Surveys, RowsOutsideTheWindowAreLeftOut) {
  pod({.cpu_cores = 4});
  pod({.day = 4, .cpu_cores = 64});
  pod({.day = 0, .namespace_name = "openshift-kube-apiserver"});
  labels("n1");
  labels("n1", R"({"node_role_kubernetes_io": "infra", "kubernetes_io_arch": "s390x"})", 4);
  EXPECT_EQ(node(), (SurveyedNode{"n1", "i-1", 4, "worker", std::nullopt}));
}

TEST_F(Surveys, LabelRowsOutsideTheWindowDoNotMakeANodeKnown) {
  pod({});
  labels("n1", "{}", 4);
  EXPECT_TRUE(survey_.nodes().empty());
}

TEST_F(Surveys, CoresAreTheLargestOfTheRowsAndUnknownWhereNoneIsACapacity) {
  pod({.cpu_cores = 4});
  pod({.day = 2, .cpu_cores = 8});
  pod({.day = 3, .cpu_cores = std::nullopt});
  labels("n1");
  EXPECT_EQ(node().cpu_cores, 8);
  pod({.cpu_cores = 1e16});
  EXPECT_EQ(node().cpu_cores, std::nullopt);
}

TEST_F(Surveys, CoresAreUnknownWhereAllAreNan) {
  pod({.cpu_cores = std::nan("")});
  labels("n1");
  EXPECT_EQ(node().cpu_cores, std::nullopt);
}

TEST_F(Surveys, EachResourceIdIsANodeOfItsOwnAlsoNull) {
  pod({.resource_id = "i-2", .cpu_cores = 8});
  pod({.resource_id = std::nullopt, .namespace_name = "openshift-kube-apiserver"});
  pod({.resource_id = "i-1", .node_role = "infra"});
  labels("n1");
  EXPECT_EQ(survey_.nodes(), (std::vector<SurveyedNode>{{"n1", std::nullopt, 4, "master", std::nullopt},
                                                        {"n1", "i-1", 4, "infra", std::nullopt},
                                                        {"n1", "i-2", 8, "worker", std::nullopt}}));
}

TEST_F(Surveys, NullNodesJoinNothingButEmptyOnesDo) {
  pod({.node = std::nullopt});
  labels(std::nullopt);
  EXPECT_TRUE(survey_.nodes().empty());
  pod({.node = ""});
  labels("");
  EXPECT_EQ(node().node, "");
}

TEST_F(Surveys, ARoleInTheDataWinsAlsoAnEmptyOne) {
  pod({.namespace_name = "openshift-kube-apiserver", .node_role = ""});
  labels("n1", R"({"node_role_kubernetes_io": "infra"})");
  EXPECT_EQ(node().role, "");
  pod({.node_role = "custom"});
  EXPECT_EQ(node().role, "custom");
}

TEST_F(Surveys, AnyLabelTextOfTheNodeMakesItInfraAndTheApiServerMakesItAMaster) {
  pod({});
  labels("n1", R"({"node_role_kubernetes_io": "infra"})", 1);
  labels("n1", R"({"zone": "b"})", 2);
  EXPECT_EQ(node().role, "infra");
  pod({.namespace_name = "openshift-kube-apiserver"});
  EXPECT_EQ(node().role, "master");
}

TEST_F(Surveys, TheArchitectureIsOfTheLargestLabelTextInLowerCase) {
  pod({});
  labels("n1", R"({"a": "1", "kubernetes_io_arch": "amd64"})");
  labels("n1", R"({"b": "0", "kubernetes_io_arch": "S390X"})", 2);
  labels("n1", std::nullopt, 3);
  EXPECT_EQ(node().architecture, "s390x");
  labels("n1", R"({"zone": "b"})");
  EXPECT_EQ(node().architecture, std::nullopt);
}

TEST_F(Surveys, ALabelTextThatIsNoneHasNoArchitectureAndDoesNoHarm) {
  pod({});
  labels("n1", R"({"kubernetes_io_arch": "amd64")");
  EXPECT_EQ(node(), (SurveyedNode{"n1", "i-1", 4, "worker", std::nullopt}));
}

class SurveyedFiles : public testing::Test {
 protected:
  static std::string label_file(int day) {
    return "data/parquet/daily/org1/OCP/node_labels/source=" + kTree.provider_uuid + "/year=2025/month=10/node_labels.2025-10-0" +
           std::to_string(day) + ".1.0.parquet";
  }

  std::vector<SurveyedNode> survey() {
    const auto store = open_store(tree_.uri());
    const PlanOptions options{.purpose = PlanPurpose::kNodeSurvey};
    const MonthPiece piece{month_of(make_day(2025, 10, 1)), {make_day(2025, 10, 1), make_day(2025, 10, 2)}};
    const MonthPlan plan = plan_month(*store, Layout(LayoutKind::kKoku, {}), kTree, piece, options);
    for (const PlannedFile& file : plan.files) tables_.insert(file.table);
    MemoryBudget budget(std::int64_t{64} << 20);
    return survey_nodes(plan, *store,
                        {.read_ahead = {.budget_bytes = 1 << 20, .pool = arrow::default_memory_pool()},
                         .on_left_out = [this](const Error& error) { left_out_.push_back(error.code()); }},
                        budget, cancelled_);
  }

  void write_labels(int day) {
    write_columns(tree_.at(label_file(day)),
                  {{std::string(kIntervalStart), arrow::timestamp(arrow::TimeUnit::MILLI), "[" + std::to_string(ms_of(day)) + "]"},
                   {"node", arrow::utf8(), R"(["{}"])"},
                   {"node_labels", arrow::utf8(), R"(["{}"])"}});
  }

  TempTree tree_;
  std::set<Table> tables_;
  std::vector<ErrorCode> left_out_;
  std::atomic<bool> cancelled_ = false;
};

TEST_F(SurveyedFiles, OnlyDailyPodsAndNodeLabelsAreRead) {
  write_day(tree_, 1);
  write_labels(2);
  EXPECT_EQ(survey(), (std::vector<SurveyedNode>{{"{}", "{}", 3600, "{}", std::nullopt}}));
  EXPECT_EQ(tables_, (std::set{Table::kPodDaily, Table::kNodeLabels}));
  EXPECT_TRUE(left_out_.empty());
}

TEST_F(SurveyedFiles, ACancelledSurveyEnds) {
  write_day(tree_, 1);
  cancelled_ = true;
  EXPECT_EQ(error_of([&] { survey(); }).code(), ErrorCode::kCancelled);
}

TEST_F(SurveyedFiles, ARowGroupThatCannotBeReadIsLeftOut) {
  write_day(tree_, 1);
  write_labels(1);
  write_columns(tree_.at(label_file(2)),
                {{std::string(kIntervalStart), arrow::timestamp(arrow::TimeUnit::MILLI), "[" + std::to_string(ms_of(2)) + "]"},
                 {"node", arrow::float64(), "[1]"},
                 {"node_labels", arrow::utf8(), R"(["{}"])"}});
  EXPECT_EQ(survey().size(), 1U);
  EXPECT_EQ(left_out_, std::vector{ErrorCode::kBadInput});
}

}  // namespace
}  // namespace costmill
