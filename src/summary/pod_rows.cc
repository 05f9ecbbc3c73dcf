#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "summary/refusal.h"
#include "summary/rows.h"

namespace costmill {
namespace {

constexpr double kGigabytesPerByte = 0x1p-30;

// A final group, (namespace, node, merged label map), is mostly one group of the fold, once.
class FinalPodTable {
 public:
  using Key = GroupKey<3>;

  explicit FinalPodTable(const PodTable& pods) : pods_(pods) {
    index_.reserve(pods.size());
    keys_of_parts_.reserve(pods.size());
    parts_.reserve(pods.size());
  }

  void add(const Key& key, std::uint32_t slot, std::int64_t count) {
    keys_of_parts_.push_back(key);
    parts_.push_back({slot, count, kNone});
  }

  // After the last add().
  void find_groups() {
    std::vector<std::uint32_t> final_slots(parts_.size());
    index_.find(final_slots, [&](std::size_t part) { return keys_of_parts_[part]; });
    keys_of_parts_ = {};
    first_parts_.reserve(index_.size());
    for (std::uint32_t part = 0; part < parts_.size(); ++part) {
      if (final_slots[part] == first_parts_.size()) {
        first_parts_.push_back(part);
      } else {
        parts_[part].next = std::exchange(first_parts_[final_slots[part]], part);
      }
    }
  }

  std::uint32_t size() const { return static_cast<std::uint32_t>(index_.size()); }
  const Key& key(std::uint32_t final_slot) const { return index_.key(final_slot); }

  // Refuses a sum beyond what can be held.
  PodGroup group(std::uint32_t final_slot, const Texts& texts, RowBuilder& rows) const {
    const Part* part = &parts_[first_parts_[final_slot]];
    PodGroup total = pods_.group(part->slot);
    if (part->count == 1 && part->next == kNone) return total;
    const PodSums first = std::exchange(total.sums, {});
    add(first, part->count, total, rows);
    while (part->next != kNone) {
      part = &parts_[part->next];
      const PodGroup group = pods_.group(part->slot);
      total.first_row = std::min(total.first_row, group.first_row);
      total.resource_id = larger_text(total.resource_id, group.resource_id, texts);
      add(group.sums, part->count, total, rows);
    }
    return total;
  }

 private:
  // A group of the fold, `count` times.
  struct Part {
    std::uint32_t slot;
    std::int64_t count;
    std::uint32_t next;  // of the same final group
  };
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  static void add(const PodSums& sums, std::int64_t count, PodGroup& total, RowBuilder& rows) {
    if (total.sums.add(sums, count)) return;
    rows.refuse(Refusal("a sum of this group goes beyond what can be held exactly", "pod_usage_cpu_core_seconds", total.first_row));
  }

  const PodTable& pods_;
  SlotIndex<3> index_;
  std::vector<Key> keys_of_parts_;  // until find_groups()
  std::vector<Part> parts_;
  std::vector<std::uint32_t> first_parts_;  // by final slot
};

// The pod's own labels win over the namespace's, those over the node's; NULL labels of the pod leave nothing.
void join_labels(const PodTable& pods, DayJoins& joins, FinalPodTable& out) {
  for (std::uint32_t slot = 0; slot < pods.size(); ++slot) {
    if (!pods.has_node(slot)) continue;
    const PodTable::Key& key = pods.key(slot);
    const LabelMapId own = joins.label_texts.map_of(key[2], "pod_labels", pods.first_row(slot));
    const std::int64_t repeats = joins.categories_of(key[0]).repeats();
    for (const LabelMapId of_node : joins.node_labels.of(key[1])) {
      for (const LabelMapId of_namespace : joins.namespace_labels.of(key[0])) {
        LabelMapId merged = kNullLabelMap;
        if (own != kNullLabelMap) {
          merged = joins.maps.merge(joins.maps.merge(or_empty(of_node), or_empty(of_namespace)), own);
        }
        out.add({key[0], key[1], merged}, slot, repeats);
      }
    }
  }
  joins.label_texts.check();
  out.find_groups();
}

std::optional<double> scaled(std::optional<double> value, double divisor, double unit) {
  return value ? std::optional<double>(*value / divisor * unit) : std::nullopt;
}

// Capacities as they stand in rows, for every node and the cluster.
class CapacityHours {
 public:
  CapacityHours(const DayCapacity& capacity, const Texts& texts)
      : capacity_(capacity), cluster_(hours_of(capacity.cluster)), nodes_(texts, Hours()) {
    for (const auto& [node, of_node] : capacity.nodes) nodes_[node] = hours_of(of_node);
  }

  void set(TextId node, RowPlace place, RowBuilder& rows, SummaryRow& row) const {
    const auto set = [&](Column column, std::optional<double> value) {
      if (value && !std::isfinite(*value) && capacity_.offence) {
        throw Refusal(fmt::format("value {} cannot be summed", capacity_.offence->value), capacity_.offence->column,
                      capacity_.offence->place);
      }
      rows.set(row, column, value, place);
    };
    const Hours& of_node = nodes_[node];
    set(Column::kNodeCapacityCpuCoreHours, of_node.cpu_cores);
    set(Column::kNodeCapacityMemoryGigabyteHours, of_node.memory_gigabytes);
    set(Column::kClusterCapacityCpuCoreHours, cluster_.cpu_cores);
    set(Column::kClusterCapacityMemoryGigabyteHours, cluster_.memory_gigabytes);
  }

 private:
  struct Hours {
    std::optional<double> cpu_cores;
    std::optional<double> memory_gigabytes;
  };

  static Hours hours_of(const Capacity& capacity) {
    return {scaled(capacity.cpu_core_seconds, 3600, 1), scaled(capacity.memory_byte_seconds, 3600, kGigabytesPerByte)};
  }

  const DayCapacity& capacity_;
  Hours cluster_;
  ByText<Hours> nodes_;
};

void set_quantities(const PodGroup& group, RowBuilder& rows, SummaryRow& row) {
  constexpr Column kCpu[] = {Column::kPodUsageCpuCoreHours, Column::kPodRequestCpuCoreHours, Column::kPodEffectiveUsageCpuCoreHours,
                             Column::kPodLimitCpuCoreHours};
  constexpr Column kMemory[] = {Column::kPodUsageMemoryGigabyteHours, Column::kPodRequestMemoryGigabyteHours,
                                Column::kPodEffectiveUsageMemoryGigabyteHours, Column::kPodLimitMemoryGigabyteHours};
  const auto set = [&](Column column, std::optional<double> value) { rows.set(row, column, value, group.first_row); };
  const auto set_hours = [&](Column column, const auto& sum, std::uint8_t has_values, std::size_t which, double unit) {
    if ((has_values >> which & 1) == 0) return;
    if (sum.fits()) return set(column, sum.value() / 3600 * unit);
    rows.refuse(Refusal("the sum of this group goes beyond what can be held exactly", std::string(def_of(column).name), group.first_row));
  };
  for (std::size_t i = 0; i < PodSums::kSums; ++i) {
    set_hours(kCpu[i], group.sums.cpu[i], group.sums.has_cpu, i, 1.0);
    set_hours(kMemory[i], group.sums.memory[i], group.sums.has_memory, i, kGigabytesPerByte);
  }
  set(Column::kNodeCapacityCpuCores, group.sums.capacity_cpu_cores.value());
  set(Column::kNodeCapacityMemoryGigabytes, scaled(group.sums.capacity_memory_bytes.value(), 1, kGigabytesPerByte));
}

}  // namespace

void append_pod_rows(const PodTable& pods, DayJoins& joins, RowBuilder& rows) {
  pods.check();
  FinalPodTable final_pods(pods);
  join_labels(pods, joins, final_pods);
  const CapacityHours capacity(joins.capacity, joins.texts);
  for (std::uint32_t slot = 0; slot < final_pods.size(); ++slot) {
    const auto& [namespace_name, node, labels] = final_pods.key(slot);
    const PodGroup group = final_pods.group(slot, joins.texts, rows);
    SummaryRow& row = rows.append();
    row.data_source = DataSource::kPod;
    row.namespace_name = rows.text(namespace_name, Column::kNamespace, group.first_row);
    row.node = rows.text(node, Column::kNode, group.first_row);
    row.resource_id = rows.text(group.resource_id, Column::kResourceId, group.first_row);
    row.pod_labels = rows.json(labels);
    row.all_labels = row.pod_labels == kNullText ? rows.empty_json() : row.pod_labels;
    row.cost_category_id = joins.categories_of(namespace_name).largest();
    set_quantities(group, rows, row);
    capacity.set(node, group.first_row, rows, row);
  }
  rows.check();
}

}  // namespace costmill
