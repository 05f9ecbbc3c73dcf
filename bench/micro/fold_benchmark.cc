// Fold::add of one chunk of hourly pods, into tables that know its groups already: capacity, pods, and both.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "summary/fold.h"

namespace costmill {
namespace {

constexpr std::size_t kRows = 16 * 1024;
constexpr Day kDay{20362};
const FoldOptions kOptions = {.first_day = kDay, .last_day = kDay};

enum class Nulls { kNone, kSome };

// Rows of `groups` groups on 50 nodes, in random order; six hours of one day.
Chunk pods_chunk(Texts& texts, std::size_t groups, Nulls nulls) {
  namespace columns = pod_columns;
  std::mt19937_64 random(1);
  std::gamma_distribution<double> gamma(2.0, 500.0);
  Chunk chunk;
  chunk.rows = kRows;
  chunk.texts.assign(columns::kTextCount, std::vector<TextId>(kRows, kNullText));
  chunk.numbers.assign(columns::kNumberCount, {});
  chunk.interval_start_ms.assign(kRows, kDay.number * kMillisecondsPerDay);
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::size_t group = random() % groups;
    chunk.interval_start_ms[row] += static_cast<std::int64_t>(row * 6 / kRows) * 3'600'000;
    chunk.texts[columns::kNamespace][row] = texts.intern("namespace-" + std::to_string(group % 300));
    chunk.texts[columns::kNode][row] = texts.intern("node-" + std::to_string(group % 50));
    chunk.texts[columns::kResourceId][row] = texts.intern("i-" + std::to_string(group % 50));
    chunk.texts[columns::kPodLabels][row] = texts.intern("{\"app\": \"" + std::to_string(group) + "\"}");
  }
  for (NumberColumn& column : chunk.numbers) {
    column.has_nulls = nulls == Nulls::kSome;
    for (std::size_t row = 0; row < kRows; ++row) {
      column.values.push_back(gamma(random));
      column.valid.push_back(column.has_nulls && random() % 20 == 0 ? 0 : 1);
    }
  }
  return chunk;
}

void fold(benchmark::State& state, TableUse use, Nulls nulls) {
  Fold fold(kOptions);
  const Chunk chunk = pods_chunk(fold.texts(), static_cast<std::size_t>(state.range(0)), nulls);
  for (auto _ : state) fold.add(chunk, use, 0);
  state.SetItemsProcessed(state.iterations() * kRows);
}

BENCHMARK_CAPTURE(fold, capacity, TableUse{.capacity = true}, Nulls::kNone)->Arg(15'000);
BENCHMARK_CAPTURE(fold, pods, TableUse{.pods = true}, Nulls::kNone)->Arg(1'000)->Arg(15'000);
BENCHMARK_CAPTURE(fold, capacity_and_pods, TableUse{.capacity = true, .pods = true}, Nulls::kNone)->Arg(15'000);
BENCHMARK_CAPTURE(fold, pods_with_nulls, TableUse{.pods = true}, Nulls::kSome)->Arg(15'000);

}  // namespace
}  // namespace costmill
