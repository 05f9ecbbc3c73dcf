// Exact sums, and the decimal text of a double.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "decimal/decimal.h"
#include "summary/exact_sum.h"

namespace costmill {
namespace {

constexpr std::size_t kValues = 16 * 1024;

std::vector<double> random_values(double scale) {
  std::mt19937_64 random(1);
  std::gamma_distribution<double> gamma(2.0, scale);
  std::vector<double> values(kValues);
  for (double& value : values) value = gamma(random);
  return values;
}

template <typename Sum>
void exact_sum(benchmark::State& state) {
  const auto values = random_values(1e6);
  for (auto _ : state) {
    Sum sum;
    for (const double value : values) sum.add(value);
    benchmark::DoNotOptimize(sum.value());
  }
  state.SetItemsProcessed(state.iterations() * kValues);
}

void plain_sum(benchmark::State& state) {
  const auto values = random_values(1e6);
  for (auto _ : state) {
    double sum = 0;
    for (const double value : values) sum += value;
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kValues);
}

void double_to_decimal(benchmark::State& state) {
  const auto values = random_values(10.0);
  for (auto _ : state)
    for (const double value : values) benchmark::DoNotOptimize(to_decimal(value));
  state.SetItemsProcessed(state.iterations() * kValues);
}

void decimal_text(benchmark::State& state) {
  std::vector<Decimal> decimals;
  for (const double value : random_values(10.0)) decimals.push_back(*to_decimal(value));
  std::string text;
  for (auto _ : state) {
    text.clear();
    for (const Decimal decimal : decimals) append_decimal(text, decimal);
    benchmark::DoNotOptimize(text.data());
  }
  state.SetItemsProcessed(state.iterations() * kValues);
}

BENCHMARK(plain_sum);
BENCHMARK(exact_sum<CoreSecondsSum>);
BENCHMARK(exact_sum<ByteSecondsSum>);
BENCHMARK(double_to_decimal);
BENCHMARK(decimal_text);

}  // namespace
}  // namespace costmill
