#include "summary/fold.h"

#include <algorithm>
#include <numeric>

#include "summary/rows.h"

namespace costmill {

std::optional<DaySpan> Fold::add(const Chunk& chunk, TableUse use, std::uint32_t file) {
  // A chunk mostly lies within one day: then its rows are all of them.
  const auto [earliest, latest] = std::minmax_element(chunk.interval_start_ms.begin(), chunk.interval_start_ms.end());
  if (earliest == chunk.interval_start_ms.end()) return std::nullopt;
  const auto in_window = [&](Day day) { return options_.first_day <= day && day <= options_.last_day; };
  if (*earliest != kNullTime && day_of_ms(*earliest) == day_of_ms(*latest)) {
    const Day day = day_of_ms(*earliest);
    if (!in_window(day)) return std::nullopt;
    row_numbers_.resize(chunk.rows);
    std::iota(row_numbers_.begin(), row_numbers_.end(), 0U);
    add_rows_of_day(chunk, row_numbers_, use, file, days_[day]);
    return DaySpan{day, day};
  }
  std::map<Day, std::vector<std::uint32_t>> rows_by_day;
  for (std::uint32_t row = 0; row < chunk.rows; ++row) {
    if (chunk.interval_start_ms[row] == kNullTime) continue;
    const Day day = day_of_ms(chunk.interval_start_ms[row]);
    if (in_window(day)) rows_by_day[day].push_back(row);
  }
  if (rows_by_day.empty()) return std::nullopt;
  for (const auto& [day, rows] : rows_by_day) add_rows_of_day(chunk, rows, use, file, days_[day]);
  return DaySpan{rows_by_day.begin()->first, rows_by_day.rbegin()->first};
}

void Fold::add_rows_of_day(const Chunk& chunk, std::span<const std::uint32_t> rows, TableUse use, std::uint32_t file, DayTables& day) {
  day.rows += rows.size();
  if (use.capacity) day.capacity.add(chunk, rows, file);
  if (use.pods) {
    day.pods.add(chunk, rows, file, texts_);
    if (options_.derive_roles) day.roles.add(chunk, rows, texts_);
  }
  if (use.placements) day.placements.add(chunk, rows);
  if (use.storage) day.storage.add(chunk, rows, file);
  if (use.node_labels) day.node_labels.add(chunk, rows, file);
  if (use.namespace_labels) day.namespace_labels.add(chunk, rows, file);
}

void Fold::merge(const Fold& other) {
  const TextMapping mapping(other.texts_, texts_);
  for (const auto& [number, theirs] : other.days_) {
    DayTables& mine = days_[number];
    mine.pods.merge(theirs.pods, mapping, texts_);
    mine.capacity.merge(theirs.capacity, mapping);
    mine.placements.merge(theirs.placements, mapping);
    mine.storage.merge(theirs.storage, mapping);
    mine.node_labels.merge(theirs.node_labels, mapping);
    mine.namespace_labels.merge(theirs.namespace_labels, mapping);
    mine.roles.merge(theirs.roles, mapping, texts_);
    mine.rows += theirs.rows;
  }
}

DayResult Fold::finish(Day number, const ClusterIdentity& cluster, const ReferenceData& reference) const {
  DayResult result;
  result.rows.cluster = cluster;
  result.rows.day = number;
  const auto found = days_.find(number);
  if (found == days_.end()) return result;
  const DayTables& day = found->second;
  result.input_rows = day.rows;

  LabelMaps maps(reference.enabled_keys);
  DayJoins joins(texts_, maps, reference, options_.cost_category);
  joins.node_labels = day.node_labels.resolve(joins.label_texts, "node_labels");
  joins.namespace_labels = day.namespace_labels.resolve(joins.label_texts, "namespace_labels");
  joins.fan_outs.nodes_with_several_label_sets = joins.node_labels.subjects_with_several_maps();
  joins.fan_outs.namespaces_with_several_label_sets = joins.namespace_labels.subjects_with_several_maps();
  joins.capacity = day.capacity.resolve();

  RowBuilder rows(result.rows, texts_, maps);
  if (options_.pods) {
    append_pod_rows(day.pods, joins, rows);
    if (options_.unallocated) {
      const NodeRoles roles = options_.derive_roles ? day.roles.derive(day.node_labels, texts_) : reference.node_roles;
      append_unallocated_rows(roles, options_.cost_category ? reference.cost_categories : std::vector<CostCategoryPattern>{}, rows);
    }
  }
  if (options_.storage) append_storage_rows(day.storage, day.placements.resolve(), joins, rows);
  joins.label_texts.check();
  sort_canonically(result.rows);
  result.fan_outs = joins.fan_outs;
  return result;
}

std::size_t Fold::memory_bytes() const {
  std::size_t bytes = texts_.memory_bytes();
  for (const auto& [number, day] : days_) {
    bytes += day.pods.memory_bytes() + day.capacity.memory_bytes() + day.placements.memory_bytes() + day.storage.memory_bytes() +
             day.node_labels.memory_bytes() + day.namespace_labels.memory_bytes() + day.roles.memory_bytes();
  }
  return bytes;
}

}  // namespace costmill
