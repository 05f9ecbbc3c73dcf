// Label texts: parsing one, and merging the maps of node, namespace and pod.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "labels/label_maps.h"

namespace costmill {
namespace {

constexpr int kTexts = 500;

// `keys` of them in each text; every second one is enabled.
std::string label_text(int number, int keys) {
  std::string text = "{";
  for (int key = 0; key < keys; ++key) {
    if (key > 0) text += ", ";
    text += "\"key_" + std::to_string(key) + "\": \"value-" + std::to_string((number * 7 + key) % 97) + "-" + std::to_string(number) + "\"";
  }
  return text + "}";
}

EnabledKeys every_second_key() {
  std::vector<std::string> keys;
  for (int key = 0; key < 20; key += 2) keys.push_back("key_" + std::to_string(key));
  return EnabledKeys::only(keys);
}

void parse_label_texts(benchmark::State& state) {
  const EnabledKeys enabled = every_second_key();
  std::vector<std::string> texts;
  for (int i = 0; i < kTexts; ++i) texts.push_back(label_text(i, static_cast<int>(state.range(0))));
  for (auto _ : state) {
    LabelMaps maps(enabled);
    for (const std::string& text : texts) benchmark::DoNotOptimize(maps.parse(text));
  }
  state.SetItemsProcessed(state.iterations() * kTexts);
}

void merge_label_maps(benchmark::State& state) {
  const EnabledKeys enabled = every_second_key();
  for (auto _ : state) {
    state.PauseTiming();
    LabelMaps maps(enabled);
    const LabelMapId node = maps.parse(R"({"key_0": "node", "key_18": "worker"})");
    const LabelMapId name_space = maps.parse(R"({"key_2": "namespace", "key_18": "team"})");
    std::vector<LabelMapId> pods;
    for (int i = 0; i < kTexts; ++i) pods.push_back(maps.parse(label_text(i, static_cast<int>(state.range(0)))));
    state.ResumeTiming();
    for (const LabelMapId pod : pods) benchmark::DoNotOptimize(maps.merge(maps.merge(node, name_space), pod));
  }
  state.SetItemsProcessed(state.iterations() * kTexts);
}

BENCHMARK(parse_label_texts)->Arg(5)->Arg(15);
BENCHMARK(merge_label_maps)->Arg(5)->Arg(15);

}  // namespace
}  // namespace costmill
