// Texts::intern: short and long texts, met for the first time and again.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "texts/texts.h"

namespace costmill {
namespace {

constexpr int kDistinct = 2000;

std::vector<std::string> texts_of(std::size_t bytes) {
  std::vector<std::string> texts;
  for (int i = 0; i < kDistinct; ++i) {
    std::string text = "text-" + std::to_string(i) + "-";
    while (text.size() < bytes) text += "abcdefghijklmnopqrstuvwxyz";
    text.resize(bytes);
    texts.push_back(std::move(text));
  }
  return texts;
}

void intern_first(benchmark::State& state) {
  const auto texts = texts_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    Texts interned;
    for (const std::string& text : texts) benchmark::DoNotOptimize(interned.intern(text));
  }
  state.SetItemsProcessed(state.iterations() * kDistinct);
}

void intern_again(benchmark::State& state) {
  const auto texts = texts_of(static_cast<std::size_t>(state.range(0)));
  Texts interned;
  for (const std::string& text : texts) interned.intern(text);
  for (auto _ : state)
    for (const std::string& text : texts) benchmark::DoNotOptimize(interned.intern(text));
  state.SetItemsProcessed(state.iterations() * kDistinct);
}

BENCHMARK(intern_first)->Arg(16)->Arg(256);
BENCHMARK(intern_again)->Arg(16)->Arg(256);

}  // namespace
}  // namespace costmill
