#include "summary/storage.h"

#include <fmt/format.h>

#include <algorithm>

#include "summary/refusal.h"
#include "summary/row_checks.h"

namespace costmill {

void StorageSums::add(const StorageSums& other) {
  for (std::size_t i = 0; i < kSums; ++i) byte_seconds[i].add(other.byte_seconds[i]);
  has_value |= other.has_value;
  capacity_bytes.add(other.capacity_bytes);
}

bool StorageSums::add(const StorageSums& other, std::int64_t count) {
  bool fits = true;
  for (std::size_t i = 0; i < kSums; ++i) fits &= byte_seconds[i].add(other.byte_seconds[i], count) == SumStatus::kOk;
  has_value |= other.has_value;
  capacity_bytes.add(other.capacity_bytes);
  return fits;
}

void StorageTable::add(const Chunk& chunk, RowRange rows, std::uint32_t file) {
  constexpr std::array<storage_columns::Number, StorageSums::kSums> kColumns{
      storage_columns::kCapacityByteSeconds, storage_columns::kRequestByteSeconds, storage_columns::kUsageByteSeconds};
  const NumberColumn& capacity_bytes = chunk.numbers[storage_columns::kCapacityBytes];
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    Key key;
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = chunk.texts[i][row];
    const RowPlace place{file, chunk.first_row + row};
    const auto [entry, added] = index_.try_emplace(key, static_cast<std::uint32_t>(groups_.size()));
    if (added) groups_.push_back({.first_row = place});
    StorageSums& sums = groups_[entry->second].sums;
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const NumberColumn& column = chunk.numbers[kColumns[i]];
      if (!column.is_valid(row)) continue;
      sums.has_value = static_cast<std::uint8_t>(sums.has_value | 1U << i);
      if (sums.byte_seconds[i].add(column.values[row]) == SumStatus::kOk) continue;
      remember(place, schema_of(Table::kStorageDaily).numbers[kColumns[i]].name.data(), column.values[row]);
    }
    if (capacity_bytes.is_valid(row)) sums.capacity_bytes.add(capacity_bytes.values[row]);
  }
  for (std::size_t i = 0; i < chunk.numbers.size(); ++i) {
    look_for_negatives(chunk.numbers[i], rows, {file, chunk.first_row + rows.begin}, schema_of(Table::kStorageDaily).numbers[i].name.data(),
                       negatives_);
  }
}

void StorageTable::merge(const StorageTable& other, const TextMapping& mapping) {
  for (const auto& [their_key, slot] : other.index_) {
    Key key;
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = mapping(their_key[i]);
    const StorageGroup& theirs = other.groups_[slot];
    const auto [entry, added] = index_.try_emplace(key, static_cast<std::uint32_t>(groups_.size()));
    if (added) groups_.emplace_back();
    StorageGroup& mine = groups_[entry->second];
    mine.sums.add(theirs.sums);
    mine.first_row = std::min(mine.first_row, theirs.first_row);
  }
  remember(other.offence_place_, other.offence_column_, other.offence_value_);
  negatives_.add(other.negatives_);
}

GroupSet<2> StorageTable::pods() const {
  GroupSet<2> pods;
  for (const auto& [key, slot] : index_) pods.insert({key[storage_columns::kNamespace], key[storage_columns::kPod]});
  return pods;
}

void StorageTable::remember(RowPlace place, const char* column, double value) {
  if (place >= offence_place_) return;
  offence_place_ = place;
  offence_column_ = column;
  offence_value_ = value;
}

void StorageTable::check() const {
  if (offence_place_ == RowPlace{}) return;
  const char* const why = std::isfinite(offence_value_) ? "takes a sum beyond what it can hold exactly" : "cannot be summed";
  throw Refusal(fmt::format("value {} {}", offence_value_, why), offence_column_, offence_place_);
}

}  // namespace costmill
