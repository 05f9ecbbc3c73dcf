#include "report/label_filters.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "costmill/error.h"
#include "report_rows.h"

namespace costmill {
namespace {

std::vector<std::string> names_of(const std::vector<LabelFilters::Key>& keys) {
  std::vector<std::string> names;
  for (const auto& key : keys) names.push_back(key.key);
  return names;
}

LabelSurvey survey_of(const std::vector<std::string>& texts, const std::string& place = "shop") {
  LabelSurvey survey;
  for (const std::string& text : texts) survey.add({0, place}, text);
  return survey;
}

TEST(LabelFilters, KeysOfMostRowsComeFirst) {
  const LabelFilters filters =
      survey_of({R"({"team":"a","tier":"x"})", R"({"team":"b"})", R"({"app":"c"})", R"({"team":"b"})"}).choose(1, kNotCancelled);
  EXPECT_EQ(names_of(filters.keys), (std::vector<std::string>{"team", "app", "tier"}));
  EXPECT_EQ(filters.keys[0].values, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(filters.left_out.empty());
}

TEST(LabelFilters, PositionsTellLackingKnownAndOtherValues) {
  LabelFilters filters = survey_of({R"({"team":"a"})", R"({"team":"a"})", R"({"team":"b"})"}).choose(1, kNotCancelled, {.values = 1});
  ASSERT_TRUE(filters.keys[0].has_other);
  EXPECT_EQ(filters.positions_of(std::nullopt), LabelPositions{0});
  EXPECT_EQ(filters.positions_of(R"({"app":"a"})"), LabelPositions{0});
  EXPECT_EQ(filters.positions_of(R"({"team":"a"})"), LabelPositions{1});
  EXPECT_EQ(filters.positions_of(R"({"team":"b"})"), LabelPositions{2});
}

TEST(LabelFilters, KeysWithTooManyValuesAreLeftOutByName) {
  LabelSurvey survey;
  for (int i = 0; i < 5; ++i) survey.add({0, "shop"}, fmt::format(R"({{"pod-hash":"{}","team":"a"}})", i));
  const LabelFilters filters = survey.choose(1, kNotCancelled, {.values_of_any = 4});
  EXPECT_EQ(names_of(filters.keys), std::vector<std::string>{"team"});
  ASSERT_EQ(filters.left_out.size(), 1U);
  EXPECT_EQ(filters.left_out[0].key, "pod-hash");
  EXPECT_EQ(filters.left_out[0].values, 5U);
}

TEST(LabelFilters, KeysThatWouldMakeTooManyGroupsAreLeftOutAndLaterOnesTried) {
  LabelSurvey survey;
  for (int i = 0; i < 8; ++i) survey.add({0, "shop"}, fmt::format(R"({{"build":"{}","team":"a"}})", i));
  const LabelFilters filters = survey.choose(10, kNotCancelled, {.group_days = 40, .added_group_days = 20});
  EXPECT_EQ(names_of(filters.keys), std::vector<std::string>{"team"});
  EXPECT_EQ(filters.left_out.size(), 1U);
}

TEST(LabelFilters, GroupsThatNamespacesMakeByThemselvesKeepNoKeyOut) {
  LabelSurvey survey;
  for (int i = 0; i < 100; ++i) survey.add({0, fmt::format("namespace-{}", i)}, fmt::format(R"({{"team":"{}"}})", i % 3));
  LabelFilters filters = survey.choose(10, kNotCancelled, {.group_days = 40, .added_group_days = 20});
  EXPECT_EQ(names_of(filters.keys), std::vector<std::string>{"team"});
  EXPECT_EQ(filters.positions_of(R"({"team":"2"})"), LabelPositions{3});
}

TEST(LabelFilters, NoKeyIsTriedAfterSomeMadeTooManyGroups) {
  LabelSurvey survey;
  for (int i = 0; i < 8; ++i) survey.add({0, "shop"}, fmt::format(R"({{"a":"{0}","b":"{0}","team":"a"}})", i));
  EXPECT_EQ(names_of(survey.choose(10, kNotCancelled, {.group_days = 40, .added_group_days = 20, .failed_keys = 3}).keys),
            std::vector<std::string>{"team"});
  const LabelFilters given_up = survey.choose(10, kNotCancelled, {.group_days = 40, .added_group_days = 20, .failed_keys = 2});
  EXPECT_TRUE(given_up.keys.empty());
  EXPECT_EQ(given_up.left_out.size(), 3U);
}

TEST(LabelFilters, CancellationEndsTheChoice) {
  const std::atomic<bool> cancelled = true;
  EXPECT_THROW(survey_of({R"({"team":"a"})"}).choose(1, cancelled), Error);
}

TEST(LabelFilters, TextsThatAreNoFlatObjectHaveNoLabels) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  LabelFilters filters = survey_of({"[1]", "", "{", "null", deep, R"({"team":null})", R"({"team":{"a":1}})"}).choose(1, kNotCancelled);
  EXPECT_EQ(names_of(filters.keys), std::vector<std::string>{"team"});
  EXPECT_EQ(filters.keys[0].values, (std::vector<std::string>{"null", R"({"a":1})"}));
  EXPECT_EQ(filters.positions_of(deep), LabelPositions{0});
}

TEST(LabelFilters, VeryLongValuesAreOthersAndVeryLongKeysAreCut) {
  const std::string longest(5000, 'x');
  const LabelFilters filters =
      survey_of({fmt::format(R"({{"team":"{}"}})", longest), fmt::format(R"({{"{}":"a"}})", longest)}).choose(1, kNotCancelled);
  ASSERT_EQ(names_of(filters.keys), std::vector<std::string>{"team"});
  EXPECT_TRUE(filters.keys[0].values.empty());
  EXPECT_TRUE(filters.keys[0].has_other);
  ASSERT_EQ(filters.left_out.size(), 1U);
  EXPECT_LT(filters.left_out[0].key.size(), 200U);
}

}  // namespace
}  // namespace costmill
