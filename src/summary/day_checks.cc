#include "summary/day_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "summary/by_text.h"

namespace costmill {
namespace {

// Samples of Prometheus at both ends of an hour can make 61 minutes of it.
constexpr double kTolerance = 1.05;
constexpr double kFarAbove = 1000;
constexpr double kFarFromCores = 2;  // a node that was resized within the day has both sizes
constexpr std::size_t kHoursToKnowANode = 3;
constexpr double kSecondsPerHour = 3600;
constexpr std::size_t kPodSums = PodSums::kSums;

using enum PodSums::Sum;
constexpr const char* kQuantities[] = {"CPU core-seconds", "memory byte-seconds"};

// Sums, then capacity of one kind, of a node or the cluster.
struct Quantity {
  std::array<std::optional<double>, kPodSums> sums;
  std::optional<double> capacity;
};

struct HourlyNode {
  std::bitset<24> hours;
  std::array<double, 2> largest_hour{};  // CPU, memory
};

using HourlyNodes = boost::unordered_flat_map<TextId, HourlyNode>;

std::string shown(TextId text, const Texts& texts) { return text == kNullText ? "(NULL)" : fmt::format("{:?}", texts[text]); }

template <typename Sums>
void fill(const Sums& sums, unsigned has_sums, Quantity& quantity) {
  for (std::size_t i = 0; i < kPodSums; ++i) {
    if ((has_sums >> i & 1U) != 0 && sums[i].fits()) quantity.sums[i] = sums[i].value();
  }
}

void compare_with_capacity(const Quantity& quantity, const char* name, const std::string& whose, DaySanity& sanity) {
  if (!quantity.capacity || !std::isfinite(*quantity.capacity)) return;
  const auto compare = [&](PodSums::Sum sum, SanityCheck check, const char* of, double times) {
    const auto& value = quantity.sums[sum];
    // One core-second, and one byte-second, more or less is nothing.
    if (!value || *value <= *quantity.capacity * times || *value < 1) return;
    sanity.add(check, fmt::format("{}: {} of {:.6g} {}, capacity {:.6g}", whose, of, *value, name, *quantity.capacity));
  };
  compare(kUsage, SanityCheck::kUsageAboveCapacity, "usage", kTolerance);
  compare(kRequest, SanityCheck::kRequestAboveCapacity, "requests", kTolerance);
  compare(kLimit, SanityCheck::kLimitFarAboveCapacity, "limits", kFarAbove);
}

HourlyNodes hourly_nodes(const CapacityTable& hourly, const Texts& texts, DaySanity& sanity) {
  HourlyNodes nodes;
  boost::unordered_flat_map<TextId, std::bitset<24>> hours_with_several;
  const auto intervals = hourly.intervals();
  for (std::uint32_t slot = 0; slot < intervals.size(); ++slot) {
    const auto [node, ms] = intervals[slot];
    const std::size_t hour = ms / CapacityTable::kMillisecondsPerHour;
    HourlyNode& found = nodes[node];
    if (found.hours[hour]) hours_with_several[node].set(hour);
    found.hours.set(hour);
    const MaximumColumn* const columns[] = {&hourly.cpu_core_seconds(), &hourly.memory_byte_seconds()};
    for (std::size_t i = 0; i < std::size(columns); ++i) {
      const auto largest = columns[i]->maximum(slot).value();
      if (largest && *largest > found.largest_hour[i]) found.largest_hour[i] = *largest;
      if (const auto smaller = columns[i]->smaller_one(slot)) {
        sanity.add(SanityCheck::kTwoCapacitiesInHour, fmt::format("node {}, hour {:02}: {:.6g} and {:.6g} {}", shown(node, texts), hour,
                                                                  *smaller, largest.value_or(0), kQuantities[i]));
      }
    }
  }
  for (const auto& [node, hours] : hours_with_several) {
    for (std::size_t hour = 0; hour < hours.size(); ++hour) {
      if (hours[hour]) sanity.add(SanityCheck::kSeveralIntervalsInHour, fmt::format("node {}, hour {:02}", shown(node, texts), hour));
    }
  }
  return nodes;
}

// Hours of a node between others, that the cluster has rows of. Of the cluster's own gaps only who knows other days can tell.
void look_for_gaps(const HourlyNodes& nodes, const std::bitset<24>& cluster_hours, const Texts& texts, DaySanity& sanity) {
  for (const auto& [node, hourly] : nodes) {
    if (node == kNullText || texts[node].empty()) continue;  // pods that wait for a node, which few do
    std::size_t first = 0;
    std::size_t last = hourly.hours.size() - 1;
    while (!hourly.hours[first]) ++first;
    while (!hourly.hours[last]) --last;
    for (std::size_t hour = first; hour < last; ++hour) {
      if (hourly.hours[hour] || !cluster_hours[hour]) continue;
      sanity.add(SanityCheck::kMissingHours, fmt::format("node {}, hour {:02}", shown(node, texts), hour));
    }
  }
}

void compare_tables(const boost::unordered_flat_map<TextId, NodePods>& daily, const HourlyNodes& hourly, const Texts& texts,
                    DaySanity& sanity) {
  if (daily.empty() || hourly.empty()) return;
  for (const auto& [node, pods] : daily) {
    const auto found = hourly.find(node);
    if (found == hourly.end()) {
      sanity.add(SanityCheck::kNodesDisagree, fmt::format("node {} is in the daily pods only", shown(node, texts)));
      continue;
    }
    for (std::size_t i = 0; i < pods.largest_capacities.size(); ++i) {
      const double an_hour = found->second.largest_hour[i];
      const double largest = pods.largest_capacities[i] * kSecondsPerHour;
      const double least = pods.least_capacities[i] * kSecondsPerHour;
      if (!std::isfinite(largest) || !std::isfinite(least) || largest <= 0 || an_hour <= 0) continue;
      const bool knows_node = found->second.hours.count() >= kHoursToKnowANode;
      const bool is_above = an_hour > largest * kTolerance;
      const bool is_far_below = knows_node && (an_hour * kFarFromCores < largest || an_hour > least * kFarFromCores);
      if (!is_above && !is_far_below) continue;
      sanity.add(SanityCheck::kCapacityDisagrees, fmt::format("node {}: {:.6g} {} in an hour, but {:.6g} to {:.6g} by the daily rows",
                                                              shown(node, texts), an_hour, kQuantities[i], least, largest));
    }
  }
  for (const auto& [node, of_node] : hourly) {
    if (node == kNullText || texts[node].empty() || daily.contains(node)) continue;
    sanity.add(SanityCheck::kNodesDisagree, fmt::format("node {} is in the hourly pods only", shown(node, texts)));
  }
}

// Kubernetes allows lower-case letters, digits, '-' and '.'; '_' and ':' are let pass, other reporters use them.
bool is_usual(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return ('a' <= c && c <= 'z') || ('0' <= c && c <= '9') || c == '-' || c == '.' || c == '_' || c == ':';
  });
}

class Names {
 public:
  Names(const Texts& texts, DaySanity& sanity) : texts_(texts), sanity_(sanity), seen_(texts, 0) {}

  void look_at(TextId name, const char* what) {
    if (seen_[name] != 0) return;
    seen_[name] = 1;
    if (name == kNullText || is_usual(texts_[name])) return;
    sanity_.add(SanityCheck::kOddName, fmt::format("{} {:?}", what, texts_[name]));
  }

 private:
  const Texts& texts_;
  DaySanity& sanity_;
  ByText<std::uint8_t> seen_;
};

void look_at_volumes(const StorageTable& storage, const Texts& texts, Names& names, DayChecks& checks) {
  using namespace storage_columns;
  std::array<ByteSecondsSum, StorageSums::kSums> totals;
  unsigned has_totals = 0;
  for (const auto& [key, slot] : storage.index()) {
    const StorageSums& sums = storage.group(slot).sums;
    for (std::size_t i = 0; i < StorageSums::kSums; ++i) totals[i].add(sums.byte_seconds[i]);
    has_totals |= sums.has_value;
    for (const auto& [text, what] : {std::pair(kNamespace, "namespace"), std::pair(kPersistentvolumeclaim, "persistentvolumeclaim"),
                                     std::pair(kPersistentvolume, "persistentvolume"), std::pair(kStorageclass, "storageclass")}) {
      names.look_at(key[text], what);
    }
    const auto value = [&](StorageSums::Sum sum) {
      return (sums.has_value >> sum & 1U) != 0 && sums.byte_seconds[sum].fits() ? sums.byte_seconds[sum].value() : 0.0;
    };
    const double usage = value(StorageSums::kUsage);
    const double capacity = value(StorageSums::kCapacity);
    if (capacity <= 0 || usage <= capacity * kTolerance) continue;
    checks.sanity.add(SanityCheck::kUsageAboveCapacity,
                      fmt::format("claim {} of namespace {}: usage of {:.6g} byte-seconds, capacity {:.6g}",
                                  shown(key[kPersistentvolumeclaim], texts), shown(key[kNamespace], texts), usage, capacity));
  }
  for (std::size_t i = 0; i < StorageSums::kSums; ++i) {
    if ((has_totals >> i & 1U) != 0 && totals[i].fits()) checks.totals.values[DayTotals::kStorageCapacity + i] = totals[i].value();
  }
}

}  // namespace

DayChecks check_day(const PodTable& pods, const CapacityTable& hourly, const DayCapacity& capacity, const StorageTable& storage,
                    const Texts& texts) {
  DayChecks checks;
  DaySanity& sanity = checks.sanity;
  pods.negatives().report(SanityCheck::kNegativeValue, sanity);
  hourly.negatives().report(SanityCheck::kNegativeValue, sanity);
  storage.negatives().report(SanityCheck::kNegativeValue, sanity);
  pods.odd_effective_usage().report(SanityCheck::kEffectiveUsageOutOfBounds, sanity);

  const auto daily = pods.nodes();
  const HourlyNodes nodes = hourly_nodes(hourly, texts, sanity);
  look_for_gaps(nodes, capacity.hours, texts, sanity);
  compare_tables(daily, nodes, texts, sanity);

  Names names(texts, sanity);
  for (std::uint32_t slot = 0; slot < pods.size(); ++slot) {
    names.look_at(pods.key(slot)[0], "namespace");
    names.look_at(pods.key(slot)[1], "node");
  }

  NodePods cluster;
  const auto compare = [&](const NodePods& sums, const Capacity& of, const std::string& whose) {
    Quantity cpu{.sums = {}, .capacity = of.cpu_core_seconds};
    Quantity memory{.sums = {}, .capacity = of.memory_byte_seconds};
    fill(sums.cpu, sums.has_sums, cpu);
    fill(sums.memory, static_cast<unsigned>(sums.has_sums) >> kPodSums, memory);
    compare_with_capacity(cpu, kQuantities[0], whose, sanity);
    compare_with_capacity(memory, kQuantities[1], whose, sanity);
    return std::pair(cpu, memory);
  };
  for (const auto& [node, sums] : daily) {
    cluster.add(sums);
    const auto found = capacity.nodes.find(node);
    if (found != capacity.nodes.end()) compare(sums, found->second, "node " + shown(node, texts));
  }
  const auto [cpu, memory] = compare(cluster, capacity.cluster, "the cluster");
  for (std::size_t i = 0; i < kPodSums; ++i) {
    checks.totals.values[i] = cpu.sums[i];
    checks.totals.values[kPodSums + i] = memory.sums[i];
  }
  const auto finite = [](std::optional<double> value) { return value && std::isfinite(*value) ? value : std::nullopt; };
  checks.totals.values[DayTotals::kCapacityCpu] = finite(capacity.cluster.cpu_core_seconds);
  checks.totals.values[DayTotals::kCapacityMemory] = finite(capacity.cluster.memory_byte_seconds);
  look_at_volumes(storage, texts, names, checks);
  return checks;
}

}  // namespace costmill
