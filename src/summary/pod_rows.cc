#include <fmt/format.h>

#include <cmath>

#include "summary/refusal.h"
#include "summary/rows.h"

namespace costmill {
namespace {

constexpr double kGigabytesPerByte = 0x1p-30;

// A final group: (namespace, node, merged label map).
struct FinalPods {
  GroupKey<3> key;
  PodSums sums;
  TextId resource_id = kNullText;
  RowPlace first_row;
};

class FinalPodTable {
 public:
  void add(const GroupKey<3>& key, const PodGroup& group, std::int64_t count, const Texts& texts, RowBuilder& rows) {
    const auto [entry, added] = index_.try_emplace(key, groups_.size());
    if (added) groups_.push_back({.key = key, .sums = {}, .first_row = group.first_row});
    FinalPods& final_group = groups_[entry->second];
    if (!final_group.sums.add(group.sums, count)) {
      rows.refuse(Refusal("a sum of this group goes beyond what can be held exactly", "pod_usage_cpu_core_seconds", group.first_row));
    }
    final_group.resource_id = larger_text(final_group.resource_id, group.resource_id, texts);
    final_group.first_row = std::min(final_group.first_row, group.first_row);
  }

  const std::vector<FinalPods>& groups() const { return groups_; }

 private:
  GroupMap<3, std::size_t> index_;
  std::vector<FinalPods> groups_;
};

// The pod's own labels win over the namespace's, those over the node's; NULL labels of the pod leave nothing.
void join_labels(const PodTable& pods, DayJoins& joins, RowBuilder& rows, FinalPodTable& out) {
  for (std::uint32_t slot = 0; slot < pods.size(); ++slot) {
    if (!pods.has_node(slot)) continue;
    const PodTable::Key& key = pods.key(slot);
    const PodGroup group = pods.group(slot);
    const LabelMapId own = joins.label_texts.map_of(key[2], "pod_labels", group.first_row);
    const std::int64_t repeats = joins.categories_of(key[0]).repeats();
    for (const LabelMapId of_node : joins.node_labels.of(key[1])) {
      for (const LabelMapId of_namespace : joins.namespace_labels.of(key[0])) {
        LabelMapId merged = kNullLabelMap;
        if (own != kNullLabelMap) {
          merged = joins.maps.merge(joins.maps.merge(or_empty(of_node), or_empty(of_namespace)), own);
        }
        out.add({key[0], key[1], merged}, group, repeats, joins.texts, rows);
      }
    }
  }
  joins.label_texts.check();
}

void set_quantities(const FinalPods& group, const DayCapacity& capacity, RowBuilder& rows, SummaryRow& row) {
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
  const auto set_capacity = [&](Column column, std::optional<double> value) {
    if (value && !std::isfinite(*value) && capacity.offence) {
      throw Refusal(fmt::format("value {} cannot be summed", capacity.offence->value), capacity.offence->column, capacity.offence->place);
    }
    set(column, value);
  };
  const auto scaled = [](std::optional<double> value, double divisor, double unit) {
    return value ? std::optional<double>(*value / divisor * unit) : std::nullopt;
  };
  set(Column::kNodeCapacityCpuCores, group.sums.capacity_cpu_cores.value());
  set(Column::kNodeCapacityMemoryGigabytes, scaled(group.sums.capacity_memory_bytes.value(), 1, kGigabytesPerByte));
  if (const auto node = capacity.nodes.find(group.key[1]); node != capacity.nodes.end()) {
    set_capacity(Column::kNodeCapacityCpuCoreHours, scaled(node->second.cpu_core_seconds, 3600, 1));
    set_capacity(Column::kNodeCapacityMemoryGigabyteHours, scaled(node->second.memory_byte_seconds, 3600, kGigabytesPerByte));
  }
  set_capacity(Column::kClusterCapacityCpuCoreHours, scaled(capacity.cluster.cpu_core_seconds, 3600, 1));
  set_capacity(Column::kClusterCapacityMemoryGigabyteHours, scaled(capacity.cluster.memory_byte_seconds, 3600, kGigabytesPerByte));
}

}  // namespace

void append_pod_rows(const PodTable& pods, DayJoins& joins, RowBuilder& rows) {
  pods.check();
  FinalPodTable final_pods;
  join_labels(pods, joins, rows, final_pods);
  for (const FinalPods& group : final_pods.groups()) {
    SummaryRow row;
    row.data_source = DataSource::kPod;
    row.namespace_name = rows.text(group.key[0], Column::kNamespace, group.first_row);
    row.node = rows.text(group.key[1], Column::kNode, group.first_row);
    row.resource_id = rows.text(group.resource_id, Column::kResourceId, group.first_row);
    row.pod_labels = rows.json(group.key[2]);
    row.all_labels = row.pod_labels == kNullText ? rows.empty_json() : row.pod_labels;
    row.cost_category_id = joins.categories_of(group.key[0]).largest();
    set_quantities(group, joins.capacity, rows, row);
    rows.append(row);
  }
  rows.check();
}

}  // namespace costmill
