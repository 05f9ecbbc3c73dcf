// A few days of line items at random, of all tables.
#pragma once

#include "fold_builder.h"

namespace costmill {

class RandomItems {
 public:
  explicit RandomItems(unsigned seed) : random_(seed) {}

  LineItems build() {
    LineItems items;
    for (int i = 0; i < 400; ++i) items.daily(pod());
    for (int i = 0; i < 200; ++i) {
      PodItem item = pod();
      item.hour = static_cast<double>(pick(24));
      items.hourly(item);
    }
    for (int i = 0; i < 150; ++i) items.storage(storage());
    // Each volume is used on some node, since a day whose volume has pods without node only is refused.
    for (int offset = 0; offset < 3; ++offset) {
      const Day of_day{kDay.number + offset};
      items.daily({.namespace_name = "ns0", .node = "n0", .pod = "p0", .day = of_day});
      for (const char* volume : {"", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"}) {
        items.storage({.namespace_name = "ns0", .pod = "p0", .volume = volume, .day = of_day});
      }
    }
    for (int i = 0; i < 40; ++i) {
      items.node_labels(name("n", 5), labels(), day());
      items.namespace_labels(name("ns", 6), labels(), day());
    }
    return items;
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }
  Day day() { return {kDay.number + static_cast<std::int32_t>(pick(3))}; }
  Text name(const std::string& stem, std::size_t count) {
    if (pick(20) == 0) return std::nullopt;
    return pick(20) == 0 ? "" : stem + std::to_string(pick(count));
  }
  Text labels() {
    if (pick(15) == 0) return std::nullopt;
    const std::string key = "k" + std::to_string(pick(3));
    return pick(3) == 0 ? "{}" : "{\"" + key + "\":\"" + std::to_string(pick(3)) + "\"}";
  }
  Number number() {
    if (pick(12) == 0) return std::nullopt;
    if (pick(40) == 0) return 1e13;  // core-seconds of an unusual size
    return std::uniform_real_distribution<double>(-1e3, 1e6)(random_);
  }

  PodItem pod() {
    PodItem item{.namespace_name = name("ns", 6), .node = name("n", 5), .pod = name("p", 30), .resource_id = name("i-", 3)};
    item.labels = labels();
    item.node_role = pick(2) == 0 ? Text("worker") : std::nullopt;
    for (Number PodItem::*const member :
         {&PodItem::usage_cpu, &PodItem::request_cpu, &PodItem::effective_cpu, &PodItem::limit_cpu, &PodItem::usage_memory,
          &PodItem::request_memory, &PodItem::effective_memory, &PodItem::limit_memory, &PodItem::cores, &PodItem::bytes,
          &PodItem::capacity_cpu, &PodItem::capacity_memory}) {
      item.*member = number();
    }
    item.day = day();
    return item;
  }

  StorageItem storage() {
    StorageItem item{.namespace_name = name("ns", 6), .pod = name("p", 30), .claim = name("c", 8), .volume = name("v", 8)};
    item.handle = name("h", 2);
    item.volume_labels = labels();
    item.claim_labels = labels();
    item.capacity_bytes = number();
    item.capacity = number();
    item.request = number();
    item.usage = number();
    item.day = day();
    return item;
  }

  std::mt19937 random_;
};

inline ReferenceData reference_with_overlapping_patterns() {
  ReferenceData reference = all_keys();
  reference.cost_categories = {{"ns1", 1}, {"ns%", 2}};
  reference.node_roles[{"n1", "i-1"}] = "worker";
  return reference;
}

}  // namespace costmill
