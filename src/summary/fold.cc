#include "summary/fold.h"

#include <algorithm>

#include "summary/day_checks.h"
#include "summary/rows.h"

namespace costmill {

namespace {

// The end of the rows of one day that begin at `begin`; rows without a time are of no day.
std::size_t end_of_day(std::span<const std::int64_t> interval_start_ms, std::size_t begin, Day day) {
  const std::int64_t midnight_ms = static_cast<std::int64_t>(day.number) * kMillisecondsPerDay;
  std::size_t end = begin + 1;
  while (end < interval_start_ms.size() &&
         static_cast<std::uint64_t>(interval_start_ms[end]) - static_cast<std::uint64_t>(midnight_ms) < kMillisecondsPerDay) {
    ++end;
  }
  return end;
}

}  // namespace

std::optional<DaySpan> Fold::add(const Chunk& chunk, TableUse use, std::uint32_t file) {
  std::optional<DaySpan> span;
  for (std::size_t begin = 0; begin < chunk.rows;) {
    if (chunk.interval_start_ms[begin] == kNullTime) {
      ++begin;
      continue;
    }
    const Day day = day_of_ms(chunk.interval_start_ms[begin]);
    const std::size_t end = end_of_day(chunk.interval_start_ms, begin, day);
    if (options_.first_day <= day && day <= options_.last_day && !options_.left_out.contains(day))
      add_rows_of_day(chunk, {begin, end}, use, file, days_[day]);
    span = span ? DaySpan{std::min(span->first, day), std::max(span->last, day)} : DaySpan{day, day};
    begin = end;
  }
  return span;
}

void Fold::add_rows_of_day(const Chunk& chunk, RowRange rows, TableUse use, std::uint32_t file, DayTables& day) {
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

DayResult Fold::finish(Day number, const ClusterIdentity& cluster, const ReferenceData& reference,
                       std::shared_ptr<LabelMaps> label_maps) const {
  DayResult result;
  result.rows.cluster = cluster;
  result.rows.day = number;
  const auto found = days_.find(number);
  if (found == days_.end()) return result;
  const DayTables& day = found->second;
  result.input_rows = day.rows;

  LabelMaps& maps = *label_maps;
  result.rows.label_maps = std::move(label_maps);
  DayJoins joins(texts_, maps, reference, options_.cost_category);
  day.node_labels.resolve(joins.label_texts, "node_labels", joins.node_labels);
  day.namespace_labels.resolve(joins.label_texts, "namespace_labels", joins.namespace_labels);
  joins.fan_outs.nodes_with_several_label_sets = joins.node_labels.subjects_with_several_maps();
  joins.fan_outs.namespaces_with_several_label_sets = joins.namespace_labels.subjects_with_several_maps();
  joins.capacity = day.capacity.resolve();

  constexpr std::size_t kRoomForUnallocated = 256;
  result.rows.rows.reserve(day.pods.size() + day.storage.index().size() + kRoomForUnallocated);
  RowBuilder rows(result.rows, texts_, maps);
  if (options_.pods) {
    append_pod_rows(day.pods, joins, rows);
    if (options_.unallocated) {
      const NodeRoles roles = options_.derive_roles ? day.roles.derive(day.node_labels, texts_) : reference.node_roles;
      result.reference_scope.nodes =
          append_unallocated_rows(roles, options_.cost_category ? reference.cost_categories : std::vector<CostCategoryPattern>{}, rows);
    }
  }
  if (options_.storage) append_storage_rows(day.storage, day.placements.resolve(day.storage.pods()), joins, rows);
  joins.label_texts.check();
  sort_canonically(result.rows);
  result.reference_scope.label_keys = joins.label_texts.keys();
  result.reference_scope.cost_categories = options_.cost_category;
  result.hours = joins.capacity.hours;
  DayChecks checks = check_day(day.pods, day.capacity, joins.capacity, day.storage, texts_);
  result.sanity = std::move(checks.sanity);
  result.totals = checks.totals;
  result.totals.values[DayTotals::kRows] = static_cast<double>(day.rows);
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
