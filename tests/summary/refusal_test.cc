// Rules 2 and 10, and deliberate difference 4: what refuses a day, and what is named.
#include "fold_builder.h"
#include "special_numbers.h"

namespace costmill {
namespace {

struct PodColumn {
  const char* name;
  Number PodItem::*member;
};
constexpr PodColumn kPodSums[] = {{"pod_usage_cpu_core_seconds", &PodItem::usage_cpu},
                                  {"pod_request_cpu_core_seconds", &PodItem::request_cpu},
                                  {"pod_effective_usage_cpu_core_seconds", &PodItem::effective_cpu},
                                  {"pod_limit_cpu_core_seconds", &PodItem::limit_cpu},
                                  {"pod_usage_memory_byte_seconds", &PodItem::usage_memory},
                                  {"pod_request_memory_byte_seconds", &PodItem::request_memory},
                                  {"pod_effective_usage_memory_byte_seconds", &PodItem::effective_memory},
                                  {"pod_limit_memory_byte_seconds", &PodItem::limit_memory}};

struct StorageColumn {
  const char* name;
  Number StorageItem::*member;
};
constexpr StorageColumn kStorageSums[] = {{"persistentvolumeclaim_capacity_byte_seconds", &StorageItem::capacity},
                                          {"volume_request_storage_byte_seconds", &StorageItem::request},
                                          {"persistentvolumeclaim_usage_byte_seconds", &StorageItem::usage}};

void expect_refusal(const LineItems& items, const std::string& column, RowPlace place, const std::string& what) {
  const auto refusal = refusal_of(items);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->column(), column);
  EXPECT_EQ(refusal->place().file, place.file);
  EXPECT_EQ(refusal->place().row, place.row);
  EXPECT_NE(std::string(refusal->what()).find(what), std::string::npos) << refusal->what();
}

// F10: each column that is summed.
TEST(Refusal, ANumberThatCannotBeSummedIsNamedWithItsColumnAndRow) {
  const std::pair<double, const char*> values[] = {{kNaN, "nan"}, {kInfinity, "inf"}, {-kInfinity, "-inf"}, {1e300, "1e+300"}};
  for (const auto& [value, text] : values) {
    for (const PodColumn& column : kPodSums) {
      PodItem item{.effective_cpu = 1, .effective_memory = 1};
      item.*column.member = value;
      expect_refusal(LineItems().daily({}).daily(item).daily({}), column.name, {0, 1}, text);
    }
    for (const StorageColumn& column : kStorageSums) {
      StorageItem item;
      item.*column.member = value;
      expect_refusal(LineItems().daily({}).storage({}).storage({}).storage(item), column.name, {1, 2}, text);
    }
  }
}

// F10
TEST(Refusal, NegativeUsageAndMinusZeroAreNumbersLikeOthers) {
  const auto row = pod_rows(summarize(LineItems().daily({.usage_cpu = -2 * kHour, .limit_cpu = -0.0}))).at(0);
  EXPECT_EQ(number_of(row, Column::kPodUsageCpuCoreHours), -2);
  EXPECT_FALSE(std::signbit(row.number(Column::kPodLimitCpuCoreHours)));
}

TEST(Refusal, TheFirstOffenderByPlaceIsNamed) {
  LineItems items;
  items.daily({}).daily({.limit_memory = kNaN}).daily({.usage_cpu = kInfinity});
  expect_refusal(items, "pod_limit_memory_byte_seconds", {0, 1}, "nan");
}

TEST(Refusal, AQuantityBeyondNumericIsRefused) {
  expect_refusal(LineItems().daily({.cores = 1e18}), "node_capacity_cpu_cores", {0, 0}, "1e+18");
  expect_refusal(LineItems().storage({.capacity_bytes = 0x1p100}), "persistentvolumeclaim_capacity_gigabyte", {0, 0}, "numeric(33,15)");
  EXPECT_EQ(number_of(pod_rows(summarize(LineItems().daily({.cores = 9e17}))).at(0), Column::kNodeCapacityCpuCores), 9e17);
}

TEST(Refusal, TooLongTextsAreRefusedByCodePoints) {
  std::string longest;
  for (int i = 0; i < 253; ++i) longest += "\xC3\xA4";
  const auto result = summarize(LineItems().daily({.namespace_name = longest}));
  EXPECT_EQ(text_of(result, pod_rows(result).at(0).namespace_name), longest);
  expect_refusal(LineItems().daily({.namespace_name = longest + "x"}), "namespace", {0, 0}, "254 characters, 253 are allowed");
  expect_refusal(LineItems().daily({.node = longest + "x"}), "node", {0, 0}, "254");
  expect_refusal(LineItems().daily({.resource_id = longest + "x"}), "resource_id", {0, 0}, "254");
  expect_refusal(LineItems().storage({.claim = longest + "x"}), "persistentvolumeclaim", {0, 0}, "254");
  expect_refusal(LineItems().storage({.volume = longest + "x"}), "persistentvolume", {0, 0}, "254");
  expect_refusal(LineItems().storage({.storage_class = longest + "x"}), "storageclass", {0, 0}, "254");
}

TEST(Refusal, TrailingBlanksBeyondTheLimitAreCut) {
  const std::string longest(253, 'x');
  const auto result = summarize(LineItems().daily({.namespace_name = longest + "   "}).daily({.namespace_name = "a  "}));
  EXPECT_EQ(text_of(result, pod_rows(result).at(0).namespace_name), "a  ") << "within the limit blanks stay";
  EXPECT_EQ(text_of(result, pod_rows(result).at(1).namespace_name), longest);
}

TEST(Refusal, ATextWithNulOrInvalidUtf8IsRefused) {
  expect_refusal(LineItems().daily({.namespace_name = std::string("a\0b", 3)}), "namespace", {0, 0}, "NUL");
  expect_refusal(LineItems().daily({.node = "a\xFF"}), "node", {0, 0}, "UTF-8");
  expect_refusal(LineItems().storage({.claim = "\xED\xA0\x80"}), "persistentvolumeclaim", {0, 0}, "UTF-8");
}

TEST(Refusal, PodNamesAreNotWrittenAndSoNotLimited) {
  EXPECT_EQ(pod_rows(summarize(LineItems().daily({.pod = std::string(1000, 'p') + "\xFF"}))).size(), 1U);
}

TEST(Refusal, BadLabelTextsAreNamedWithTheirColumn) {
  expect_refusal(LineItems().daily({}).daily({.labels = "{oops}"}), "pod_labels", {0, 1}, "{oops}");
  expect_refusal(LineItems().daily({}).node_labels("n1", "{}").node_labels("n9", "[]"), "node_labels", {1, 1}, "[]");
  expect_refusal(LineItems().namespace_labels("x", ""), "namespace_labels", {0, 0}, "an empty text");
  expect_refusal(LineItems().storage({.volume_labels = R"({"a":{}})"}), "persistentvolume_labels", {0, 0}, "object");
  expect_refusal(LineItems().storage({.claim_labels = R"({"a":"\u0000"})"}), "persistentvolumeclaim_labels", {0, 0}, "NUL");
}

TEST(Refusal, LabelTextsOfRowsOutsideTheWindowAreNotParsed) {
  LineItems items;
  items.daily({}).node_labels("n1", "no JSON", make_day(2025, 11, 1));
  EXPECT_NO_THROW(summarize(items));
}

// Which group comes first in a hash table must not decide which offender is named.
TEST(Refusal, OfManyOffendersTheFirstIsNamedWhateverTheOrderOfGroups) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    LineItems items;
    const std::size_t first_bad = random() % 20;
    for (std::size_t row = 0; row < 60; ++row) {
      const std::string name = "namespace-" + std::to_string(random() % 1'000'000) + std::string(row < first_bad ? 10 : 300, 'x');
      if (random() % 2 == 0 || row == first_bad) {
        items.daily({.namespace_name = name});
      } else {
        items.daily({.cores = row < first_bad ? 1.0 : 1e19});
      }
    }
    const auto refusal = refusal_of(items);
    ASSERT_TRUE(refusal);
    EXPECT_LE(refusal->place().row, first_bad);
    // A group begins with its first row, so rows before the first bad one can only be those of the group with too many cores.
    if (refusal->place().row < first_bad) {
      EXPECT_EQ(refusal->column(), "node_capacity_cpu_cores");
    }
  }
}

}  // namespace
}  // namespace costmill
