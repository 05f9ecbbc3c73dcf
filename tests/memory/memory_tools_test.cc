#include "costmill/memory_tools.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "costmill/error.h"

namespace costmill {
namespace {

std::shared_ptr<arrow::Table> namespaces_and_usage() {
  std::string names = "[\"a long name of a namespace, many times\"";
  std::string usage = "[1.5";
  for (int i = 1; i < 1000; ++i) {
    names += i % 10 == 0 ? ",null" : ",\"a long name of a namespace, many times\"";
    usage += ",1.5";
  }
  return arrow::Table::Make(arrow::schema({arrow::field("namespace", arrow::utf8()), arrow::field("usage", arrow::float64())}),
                            {arrow::json::ArrayFromJSONString(arrow::utf8(), names + "]").ValueOrDie(),
                             arrow::json::ArrayFromJSONString(arrow::float64(), usage + "]").ValueOrDie()});
}

TEST(MemoryTools, CodingAColumnKeepsItsValuesAndSavesMemory) {
  const auto table = namespaces_and_usage();
  std::vector<std::string> lines;
  const OptimizedTable optimized = optimize_dataframe_memory(table, {"namespace"}, [&](const std::string& line) { lines.push_back(line); });
  ASSERT_EQ(optimized.table->column(0)->type()->id(), arrow::Type::DICTIONARY);
  EXPECT_TRUE(optimized.table->column(1)->Equals(table->column(1)));
  for (const std::int64_t row : {std::int64_t{0}, std::int64_t{10}, std::int64_t{999}}) {
    const auto scalar = optimized.table->column(0)->GetScalar(row).ValueOrDie();
    const auto value = std::static_pointer_cast<arrow::DictionaryScalar>(scalar)->GetEncodedValue().ValueOrDie();
    EXPECT_TRUE(value->Equals(*table->column(0)->GetScalar(row).ValueOrDie())) << row;
  }
  EXPECT_LT(optimized.final_bytes, optimized.initial_bytes / 2);
  EXPECT_GT(optimized.reduction_percent, 50);
  EXPECT_EQ(lines.size(), 1U);
}

TEST(MemoryTools, ACodedColumnStaysAsItIs) {
  const OptimizedTable once = optimize_dataframe_memory(namespaces_and_usage(), {"namespace"});
  const OptimizedTable twice = optimize_dataframe_memory(once.table, {"namespace"});
  EXPECT_TRUE(twice.table->Equals(*once.table));
}

TEST(MemoryTools, AColumnThatIsNotThereIsNamed) {
  try {
    optimize_dataframe_memory(namespaces_and_usage(), {"nodes"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kBadInput);
    EXPECT_EQ(error.place().column, "nodes");
  }
}

TEST(MemoryTools, UseOfThisProcessIsPlausible) {
  const MemoryUsage usage = memory_usage();
  EXPECT_GT(usage.resident_bytes, 1 << 20);
  EXPECT_GE(usage.peak_bytes, usage.resident_bytes);
  EXPECT_GE(cleanup_memory(), 0);
}

}  // namespace
}  // namespace costmill
