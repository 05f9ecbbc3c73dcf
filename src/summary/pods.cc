#include "summary/pods.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "summary/refusal.h"

namespace costmill {
namespace {

using namespace pod_columns;

// Order of PodSums::cpu and PodSums::memory.
enum Sum { kUsage, kRequest, kEffectiveUsage, kLimit };

// GREATEST of the reference: a NaN loses against a number.
double larger(double a, double b) {
  if (std::isnan(a)) return b;
  if (std::isnan(b)) return a;
  return a < b ? b : a;
}

}  // namespace

TextId larger_text(TextId a, TextId b, const Texts& texts) {
  if (a == b || b == kNullText) return a;
  if (a == kNullText) return b;
  return texts[a] < texts[b] ? b : a;  // UTF-8 bytes sort as code points do
}

void PodSums::add(const PodSums& other) {
  for (std::size_t i = 0; i < kSums; ++i) {
    cpu[i].add(other.cpu[i]);
    memory[i].add(other.memory[i]);
  }
  add_maxima(other);
}

bool PodSums::add(const PodSums& other, std::int64_t count) {
  bool fits = true;
  for (std::size_t i = 0; i < kSums; ++i) {
    fits &= cpu[i].add(other.cpu[i], count) == SumStatus::kOk;
    fits &= memory[i].add(other.memory[i], count) == SumStatus::kOk;
  }
  add_maxima(other);
  return fits;
}

void PodSums::add_maxima(const PodSums& other) {
  has_cpu |= other.has_cpu;
  has_memory |= other.has_memory;
  capacity_cpu_cores.add(other.capacity_cpu_cores);
  capacity_memory_bytes.add(other.capacity_memory_bytes);
}

void PodTable::find_slots(const Chunk& chunk, std::span<const std::uint32_t> rows, std::uint32_t file, const Texts& texts) {
  const auto& namespaces = chunk.texts[kNamespace];
  const auto& nodes = chunk.texts[kNode];
  const auto& labels = chunk.texts[kPodLabels];
  const auto& resource_ids = chunk.texts[kResourceId];
  slots_.clear();
  kept_.clear();
  for (const std::uint32_t row : rows) {
    const TextId node = nodes[row];
    if (node == kNullText || texts[node].empty()) continue;
    const auto [entry, added] = index_.try_emplace({namespaces[row], node, labels[row]}, static_cast<std::uint32_t>(groups_.size()));
    if (added) groups_.push_back({.first_row = {file, chunk.first_row + row}});
    PodGroup& group = groups_[entry->second];
    group.resource_id = larger_text(group.resource_id, resource_ids[row], texts);
    slots_.push_back(entry->second);
    kept_.push_back(row);
  }
}

template <typename Sum>
void PodTable::fold_sums(const Chunk& chunk, std::uint32_t file, std::array<Sum, PodSums::kSums> PodSums::*sums, std::uint8_t PodSums::*has,
                         std::size_t first_column) {
  const NumberColumn* const columns = &chunk.numbers[first_column];
  const auto fold = [&](std::size_t which, std::size_t i, double value) {
    PodSums& group = groups_[slots_[i]].sums;
    group.*has = static_cast<std::uint8_t>(group.*has | 1U << which);
    if ((group.*sums)[which].add(value) == SumStatus::kOk) [[likely]]
      return;
    const TableSchema& schema = schema_of(Table::kPodDaily);
    remember({{file, chunk.first_row + kept_[i]}, schema.numbers[first_column + which].name.data(), value});
  };
  for (const std::size_t which : {kUsage, kRequest, kLimit}) {
    const NumberColumn& column = columns[which];
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (column.valid[kept_[i]] != 0) fold(which, i, column.values[kept_[i]]);
    }
  }
  // Effective usage, row by row: the stored value, else the larger of usage and request, NULL if either is NULL.
  const NumberColumn& stored = columns[kEffectiveUsage];
  const NumberColumn& usage = columns[kUsage];
  const NumberColumn& request = columns[kRequest];
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const std::uint32_t row = kept_[i];
    if (stored.valid[row] != 0) {
      fold(kEffectiveUsage, i, stored.values[row]);
    } else if (usage.valid[row] != 0 && request.valid[row] != 0) {
      fold(kEffectiveUsage, i, larger(usage.values[row], request.values[row]));
    }
  }
}

void PodTable::add(const Chunk& chunk, std::span<const std::uint32_t> rows, std::uint32_t file, const Texts& texts) {
  find_slots(chunk, rows, file, texts);
  fold_sums(chunk, file, &PodSums::cpu, &PodSums::has_cpu, kUsageCpuCoreSeconds);
  fold_sums(chunk, file, &PodSums::memory, &PodSums::has_memory, kUsageMemoryByteSeconds);
  const NumberColumn& cores = chunk.numbers[kNodeCapacityCpuCores];
  const NumberColumn& bytes = chunk.numbers[kNodeCapacityMemoryBytes];
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    PodSums& sums = groups_[slots_[i]].sums;
    if (cores.valid[kept_[i]] != 0) sums.capacity_cpu_cores.add(cores.values[kept_[i]]);
    if (bytes.valid[kept_[i]] != 0) sums.capacity_memory_bytes.add(bytes.values[kept_[i]]);
  }
}

void PodTable::merge(const PodTable& other, const TextMapping& mapping, const Texts& texts) {
  for (const auto& [key, slot] : other.index_) {
    const PodGroup& theirs = other.groups_[slot];
    const auto [entry, added] =
        index_.try_emplace({mapping(key[0]), mapping(key[1]), mapping(key[2])}, static_cast<std::uint32_t>(groups_.size()));
    if (added) groups_.emplace_back();
    PodGroup& mine = groups_[entry->second];
    mine.sums.add(theirs.sums);
    mine.resource_id = larger_text(mine.resource_id, mapping(theirs.resource_id), texts);
    mine.first_row = std::min(mine.first_row, theirs.first_row);
  }
  remember(other.offence_);
}

void PodTable::remember(const Offence& offence) {
  if (offence.place < offence_.place) offence_ = offence;
}

void PodTable::check() const {
  if (offence_.place == RowPlace{}) return;
  if (std::isfinite(offence_.value)) {
    throw Refusal(fmt::format("value {} takes a sum beyond what it can hold exactly", offence_.value), offence_.column, offence_.place);
  }
  throw Refusal(fmt::format("value {} cannot be summed", offence_.value), offence_.column, offence_.place);
}

std::size_t PodTable::memory_bytes() const {
  return groups_.capacity() * sizeof(PodGroup) + index_.bucket_count() * sizeof(*index_.begin());
}

}  // namespace costmill
