#include <algorithm>

#include "summary/refusal.h"
#include "summary/rows.h"

namespace costmill {
namespace {

using namespace storage_columns;

constexpr double kGigabytesPerByte = 0x1p-30;

// namespace, node, resource_id, claim, volume, storage class, CSI handle, merged label map.
enum FinalKey {
  kFinalNamespace,
  kFinalNode,
  kFinalResourceId,
  kFinalClaim,
  kFinalVolume,
  kFinalClass,
  kFinalHandle,
  kFinalLabels,
  kFinalKeySize
};

struct FinalStorage {
  GroupKey<kFinalKeySize> key;
  StorageSums sums;
  RowPlace first_row;
};

// The relation between volumes and nodes, over all namespaces and claims.
class VolumeRelation {
 public:
  VolumeRelation(const StorageTable& storage, const PlacementsOfPods& placements, FanOuts& fan_outs) : placements_(placements) {
    GroupSet<4> claims_of_volumes;
    GroupSet<2> nodes_of_volumes;
    GroupSet<2> pods_counted;
    claims_of_volumes.reserve(storage.index().size());
    nodes_of_volumes.reserve(storage.index().size());
    volumes_of_claim_.reserve(storage.index().size());
    node_counts_.reserve(storage.index().size());
    for (const auto& [key, slot] : storage.index()) {
      const auto* pod = placements_of(key);
      if (pod == nullptr) continue;
      const GroupKey<3> claim{key[kNamespace], key[kPod], key[kPersistentvolumeclaim]};
      if (claims_of_volumes.insert({claim[0], claim[1], claim[2], key[kPersistentvolume]}).second) ++volumes_of_claim_[claim];
      if (pod->size() > 1 && pods_counted.insert({key[kNamespace], key[kPod]}).second) ++fan_outs.volume_pods_with_several_placements;
      if (key[kPersistentvolume] == kNullText) continue;
      std::int64_t& nodes = node_counts_[key[kPersistentvolume]];
      for (const Placement& placement : *pod) {
        if (placement.node != kNullText && nodes_of_volumes.insert({key[kPersistentvolume], placement.node}).second) ++nodes;
      }
    }
    for (const auto& [claim, volumes] : volumes_of_claim_) fan_outs.claims_with_several_volumes += volumes > 1 ? 1 : 0;
  }

  struct Match {
    std::span<const Placement> placements;
    std::int64_t repeats;  // of each placement: the claim's volumes, which the join does not look at
  };

  // What a storage group joins: always at least one placement, of NULLs where there is no pod.
  Match match(const StorageTable::Key& key) const {
    static constexpr Placement kNone[] = {{kNullText, kNullText}};
    const auto* pod = placements_of(key);
    if (pod == nullptr || key[kPersistentvolumeclaim] == kNullText) return {kNone, 1};
    const auto volumes = volumes_of_claim_.find({key[kNamespace], key[kPod], key[kPersistentvolumeclaim]});
    return {*pod, volumes->second};
  }

  // nullopt: the volume is NULL or no pod is known anywhere.
  std::optional<std::int64_t> node_count(TextId volume) const {
    const auto found = volume == kNullText ? node_counts_.end() : node_counts_.find(volume);
    return found == node_counts_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  const std::vector<Placement>* placements_of(const StorageTable::Key& key) const {
    if (key[kNamespace] == kNullText || key[kPod] == kNullText) return nullptr;
    const auto found = placements_.find({key[kNamespace], key[kPod]});
    return found == placements_.end() ? nullptr : &found->second;
  }

  const PlacementsOfPods& placements_;
  GroupMap<3, std::int64_t> volumes_of_claim_;
  boost::unordered_flat_map<TextId, std::int64_t> node_counts_;
};

class FinalStorageTable {
 public:
  explicit FinalStorageTable(std::size_t groups) {
    index_.reserve(groups);
    groups_.reserve(groups);
  }

  void add(const GroupKey<kFinalKeySize>& key, const StorageGroup& group, std::int64_t count, RowBuilder& rows) {
    const auto [entry, added] = index_.try_emplace(key, groups_.size());
    if (added) groups_.push_back({.key = key, .sums = {}, .first_row = group.first_row});
    FinalStorage& final_group = groups_[entry->second];
    if (!final_group.sums.add(group.sums, count)) {
      rows.refuse(Refusal("a sum of this group goes beyond what can be held exactly", "persistentvolumeclaim_capacity_byte_seconds",
                          group.first_row));
    }
    final_group.first_row = std::min(final_group.first_row, group.first_row);
  }

  const std::vector<FinalStorage>& groups() const { return groups_; }

 private:
  GroupMap<kFinalKeySize, std::size_t> index_;
  std::vector<FinalStorage> groups_;
};

// Claim labels win over volume labels, those over the namespace's, those over the node's; NULL labels of either leave nothing.
void join(const StorageTable& storage, const VolumeRelation& relation, DayJoins& joins, RowBuilder& rows, FinalStorageTable& out) {
  for (const auto& [key, slot] : storage.index()) {
    const StorageGroup& group = storage.group(slot);
    const LabelMapId of_volume = joins.label_texts.map_of(key[kPersistentvolumeLabels], "persistentvolume_labels", group.first_row);
    const LabelMapId of_claim =
        joins.label_texts.map_of(key[kPersistentvolumeclaimLabels], "persistentvolumeclaim_labels", group.first_row);
    const bool has_labels = of_volume != kNullLabelMap && of_claim != kNullLabelMap;
    const VolumeRelation::Match match = relation.match(key);
    const std::int64_t repeats = joins.categories_of(key[kNamespace]).repeats() * match.repeats;
    for (const Placement& placement : match.placements) {
      for (const LabelMapId of_node : joins.node_labels.of(placement.node)) {
        for (const LabelMapId of_namespace : joins.namespace_labels.of(key[kNamespace])) {
          LabelMapId merged = kNullLabelMap;
          if (has_labels) {
            merged = joins.maps.merge(or_empty(of_node), or_empty(of_namespace));
            merged = joins.maps.merge(joins.maps.merge(merged, of_volume), of_claim);
          }
          out.add({key[kNamespace], placement.node, placement.resource_id, key[kPersistentvolumeclaim], key[kPersistentvolume],
                   key[kStorageclass], key[kCsiVolumeHandle], merged},
                  group, repeats, rows);
        }
      }
    }
  }
  joins.label_texts.check();
}

void set_quantities(const FinalStorage& group, const VolumeRelation& relation, RowBuilder& rows, SummaryRow& row) {
  const double seconds_of_month = 86400.0 * days_in_month(month_of(rows.day().day));
  const auto sum = [&](StorageSums::Sum which, const char* column) -> std::optional<double> {
    if ((group.sums.has_value >> which & 1) == 0) return std::nullopt;
    if (group.sums.byte_seconds[which].fits()) return group.sums.byte_seconds[which].value();
    rows.refuse(Refusal("the sum of this group goes beyond what can be held exactly", column, group.first_row));
    return std::nullopt;
  };
  const auto set = [&](Column column, std::optional<double> value) { rows.set(row, column, value, group.first_row); };

  if (const auto bytes = group.sums.capacity_bytes.value()) set(Column::kPersistentvolumeclaimCapacityGigabyte, *bytes * kGigabytesPerByte);
  if (const auto capacity = sum(StorageSums::kCapacity, "persistentvolumeclaim_capacity_byte_seconds")) {
    set(Column::kPersistentvolumeclaimCapacityGigabyteMonths, *capacity / seconds_of_month * kGigabytesPerByte);
  }
  const auto nodes = relation.node_count(group.key[kFinalVolume]);
  const auto shared = [&](std::optional<double> value, Column column, const char* input_column) {
    if (!value || !nodes) return;
    if (*nodes == 0) {
      return rows.refuse(
          Refusal("a volume is used only by pods without a node, so its use cannot be divided among nodes", input_column, group.first_row));
    }
    set(column, *value / static_cast<double>(*nodes) / seconds_of_month * kGigabytesPerByte);
  };
  shared(sum(StorageSums::kRequest, "volume_request_storage_byte_seconds"), Column::kVolumeRequestStorageGigabyteMonths,
         "volume_request_storage_byte_seconds");
  shared(sum(StorageSums::kUsage, "persistentvolumeclaim_usage_byte_seconds"), Column::kPersistentvolumeclaimUsageGigabyteMonths,
         "persistentvolumeclaim_usage_byte_seconds");
}

}  // namespace

void append_storage_rows(const StorageTable& storage, const PlacementsOfPods& placements, DayJoins& joins, RowBuilder& rows) {
  storage.check();
  const VolumeRelation relation(storage, placements, joins.fan_outs);
  FinalStorageTable final_storage(storage.index().size());
  join(storage, relation, joins, rows, final_storage);
  for (const FinalStorage& group : final_storage.groups()) {
    const auto text = [&](FinalKey position, Column column) { return rows.text(group.key[position], column, group.first_row); };
    SummaryRow& row = rows.append();
    row.data_source = DataSource::kStorage;
    row.namespace_name = text(kFinalNamespace, Column::kNamespace);
    row.node = text(kFinalNode, Column::kNode);
    row.resource_id = text(kFinalResourceId, Column::kResourceId);
    row.persistentvolumeclaim = text(kFinalClaim, Column::kPersistentvolumeclaim);
    row.persistentvolume = text(kFinalVolume, Column::kPersistentvolume);
    row.storageclass = text(kFinalClass, Column::kStorageclass);
    row.csi_volume_handle = group.key[kFinalHandle] == kNullText ? kNullText : rows.intern(joins.texts[group.key[kFinalHandle]]);
    row.volume_labels = rows.json(group.key[kFinalLabels]);
    row.all_labels = row.volume_labels == kNullText ? rows.empty_json() : row.volume_labels;
    row.cost_category_id = joins.categories_of(group.key[kFinalNamespace]).largest();
    set_quantities(group, relation, rows, row);
  }
  rows.check();
}

}  // namespace costmill
