#include "summary/pods.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scan/vector_clones.h"
#include "summary/magnitude.h"
#include "summary/refusal.h"
#include "summary/row_checks.h"

namespace costmill {
namespace {

using namespace pod_columns;

using enum PodSums::Sum;

constexpr std::size_t kCacheLineBytes = 64;
constexpr std::size_t kRowsBetweenCarries = SplitSum<CoreSecondsSum::kFraction>::kAdditionsBetweenCarries;

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

bool PodSums::add(const PodSums& other, std::int64_t count) {
  bool fits = true;
  for (std::size_t i = 0; i < kSums; ++i) {
    fits &= cpu[i].add(other.cpu[i], count) == SumStatus::kOk;
    fits &= memory[i].add(other.memory[i], count) == SumStatus::kOk;
  }
  has_cpu |= other.has_cpu;
  has_memory |= other.has_memory;
  capacity_cpu_cores.add(other.capacity_cpu_cores);
  capacity_memory_bytes.add(other.capacity_memory_bytes);
  return fits;
}

void PodTable::find_slots(const Chunk& chunk, RowRange rows, std::uint32_t file, const Texts& texts) {
  const TextId* const namespaces = chunk.texts[kNamespace].data() + rows.begin;
  const TextId* const nodes = chunk.texts[kNode].data() + rows.begin;
  const TextId* const labels = chunk.texts[kPodLabels].data() + rows.begin;
  slots_.resize(rows.size());
  index_.find(slots_, [&](std::size_t i) { return Key{namespaces[i], nodes[i], labels[i]}; });
  for (std::size_t i = 0; totals_.size() < index_.size(); ++i) {
    if (slots_[i] < totals_.size()) continue;
    totals_.emplace_back().has_node = nodes[i] != kNullText && !texts[nodes[i]].empty();
    first_rows_.push_back({file, chunk.first_row + rows.begin + i});
  }
}

// Effective usage, row by row: the stored value, else the larger of usage and request, NULL if either is NULL.
const NumberColumn& PodTable::effective_usage(const Chunk& chunk, RowRange rows, std::size_t first_column) {
  const NumberColumn& stored = chunk.numbers[first_column + kEffectiveUsage];
  if (!stored.has_nulls) return stored;
  const NumberColumn& usage = chunk.numbers[first_column + kUsage];
  const NumberColumn& request = chunk.numbers[first_column + kRequest];
  NumberColumn& effective = effective_[first_column == kUsageCpuCoreSeconds ? 0 : 1];
  effective.values.resize(chunk.rows);
  effective.valid.resize(chunk.rows);
  // Bytes may alias anything: without names of their own, every pointer would be loaded again for each row.
  const std::uint8_t* const stored_valid = stored.valid.data();
  const double* const stored_values = stored.values.data();
  const double* const usages = usage.values.data();
  const double* const requests = request.values.data();
  std::uint8_t* const valid = effective.valid.data();
  double* const values = effective.values.data();
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const bool is_stored = stored_valid[row] != 0;
    const bool is_known = is_stored || (usage.is_valid(row) && request.is_valid(row));
    valid[row] = is_known ? 1 : 0;
    values[row] = is_stored ? stored_values[row] : is_known ? larger(usages[row], requests[row]) : 0.0;
  }
  return effective;
}

template <typename Wide>
const double* PodTable::usual_values(const NumberColumn& column, std::size_t sum, RowRange rows, RowPlace first_row, Wide& wide) {
  using Sum = typename Wide::mapped_type;
  constexpr double kUsual = SplitSum<Sum::kFraction>::kUsual;
  const double* const values = column.values.data() + rows.begin;
  if (column.surely_within(kUsual) || all_within(values, rows.size(), kUsual)) return values;
  std::vector<double>& usual = replaced_[sum];
  usual.assign(values, values + rows.size());
  for (std::size_t i = 0; i < usual.size(); ++i) {
    if (std::fabs(usual[i]) < kUsual) continue;
    const std::uint32_t slot = slots_[i];
    if (wide[wide_key(slot, sum)].add(usual[i]) != SumStatus::kOk && has_node(slot)) {
      remember(
          {{first_row.file, first_row.row + i}, schema_of(Table::kPodDaily).numbers[kUsageCpuCoreSeconds + sum].name.data(), usual[i]});
    }
    usual[i] = 0;
  }
  return usual.data();
}

void PodTable::mark_nulls(const NumberColumn& column, std::size_t sum, RowRange rows) {
  const std::uint8_t* const valid = column.valid.data() + rows.begin;
  std::uint8_t* const has_sums = has_sums_.data();  // bytes may alias the members
  const auto others = static_cast<std::uint8_t>(~(1U << sum));
  for (std::size_t i = 0; i < rows.size(); ++i) has_sums[i] &= static_cast<std::uint8_t>(others | (0U - valid[i]));
}

const double* PodTable::capacities(const NumberColumn& column, std::size_t which, RowRange rows) {
  const double* const values = column.values.data() + rows.begin;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (!column.surely_within(kInfinity) && !all_within(values, rows.size(), kInfinity)) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (column.is_valid(rows.begin + i) && !std::isfinite(values[i])) odd_capacities_[wide_key(slots_[i], which)].add(values[i]);
    }
  }
  if (!column.has_nulls) return values;
  std::vector<double>& given = replaced_[kAllSums + which];
  given.resize(rows.size());
  const std::uint8_t* const valid = column.valid.data() + rows.begin;
  const double none = kNone;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = values[i];  // 0 where NULL: may be loaded before it is asked for
    given[i] = valid[i] != 0 ? value : none;
  }
  return given.data();
}

PodTable::Inputs PodTable::inputs_of(const Chunk& chunk, RowRange rows, std::uint32_t file) {
  // The columns of the sums lie as the sums do: CPU, then memory.
  static_assert(kUsageMemoryByteSeconds == kUsageCpuCoreSeconds + PodSums::kSums);
  const RowPlace first_row{file, chunk.first_row + rows.begin};
  Inputs inputs;
  inputs.resource_ids = chunk.texts[kResourceId].data() + rows.begin;
  has_sums_.assign(rows.size(), 0xFF);
  for (std::size_t sum = 0; sum < kAllSums; ++sum) {
    const bool is_cpu = sum < PodSums::kSums;
    const NumberColumn& column = sum % PodSums::kSums == kEffectiveUsage
                                     ? effective_usage(chunk, rows, is_cpu ? kUsageCpuCoreSeconds : kUsageMemoryByteSeconds)
                                     : chunk.numbers[kUsageCpuCoreSeconds + sum];
    inputs.values[sum] =
        is_cpu ? usual_values(column, sum, rows, first_row, wide_cpu_) : usual_values(column, sum, rows, first_row, wide_memory_);
    if (column.has_nulls) mark_nulls(column, sum, rows);
    look_for_negatives(column, rows, first_row, schema_of(Table::kPodDaily).numbers[kUsageCpuCoreSeconds + sum].name.data(), negatives_);
  }
  for (const std::size_t first : {std::size_t{kUsageCpuCoreSeconds}, std::size_t{kUsageMemoryByteSeconds}}) {
    look_at_effective_usage(chunk.numbers[first + kUsage], chunk.numbers[first + kRequest], chunk.numbers[first + kEffectiveUsage], rows,
                            first_row, schema_of(Table::kPodDaily).numbers[first + kEffectiveUsage].name.data(), odd_effective_usage_);
  }
  for (std::size_t i = 0; i < kMaxima; ++i) inputs.capacities[i] = capacities(chunk.numbers[kNodeCapacityCpuCores + i], i, rows);
  return inputs;
}

COSTMILL_AVX2_CLONE void PodTable::add(const Inputs& inputs, const Texts& texts) {
  constexpr std::size_t kAhead = 12;  // rows: long enough for the third-level cache to answer
  const std::size_t rows = slots_.size();
  const Inputs in = inputs;  // not changed by what is stored below, as the compiler cannot know
  const std::uint32_t* const slots = slots_.data();
  const std::uint8_t* const has_sums = has_sums_.data();
  Totals* const all_totals = totals_.data();
  for (std::size_t i = 0; i < rows; ++i) {
    const auto* const later = reinterpret_cast<const char*>(&all_totals[slots[std::min(i + kAhead, rows - 1)]]);
    for (std::size_t offset = 0; offset < sizeof(Totals); offset += kCacheLineBytes) __builtin_prefetch(later + offset, 1);
    Totals& totals = all_totals[slots[i]];
    const auto four_from = [&](std::size_t k) {
      return std::array{in.values[k][i], in.values[k + 1][i], in.values[k + 2][i], in.values[k + 3][i]};
    };
    add_usual(totals.cpu, four_from(0));
    add_usual(totals.memory, four_from(PodSums::kSums));
    for (std::size_t k = 0; k < kMaxima; ++k) {
      if (in.capacities[k][i] > totals.largest_capacities[k]) totals.largest_capacities[k] = in.capacities[k][i];
    }
    totals.has_sums |= has_sums[i];
    if (totals.resource_id != in.resource_ids[i]) [[unlikely]]
      totals.resource_id = larger_text(totals.resource_id, in.resource_ids[i], texts);
  }
}

void PodTable::add(const Chunk& chunk, RowRange rows, std::uint32_t file, const Texts& texts) {
  if (rows_since_carry_ + rows.size() > kRowsBetweenCarries) carry();
  rows_since_carry_ += rows.size();
  rows_ += rows.size();
  find_slots(chunk, rows, file, texts);
  add(inputs_of(chunk, rows, file), texts);
}

void PodTable::carry() {
  for (std::uint32_t slot = 0; slot < totals_.size(); ++slot) {
    const auto carry_all = [&](auto& sums, std::size_t first, auto& wide) {
      for (std::size_t i = 0; i < sums.size(); ++i) {
        if (!sums[i].carry()) continue;
        wide[wide_key(slot, first + i)].add(sums[i].exact());
        sums[i] = {};
      }
    };
    carry_all(totals_[slot].cpu, 0, wide_cpu_);
    carry_all(totals_[slot].memory, PodSums::kSums, wide_memory_);
  }
  rows_since_carry_ = 0;
}

PodGroup PodTable::group(std::uint32_t slot) const {
  const Totals& totals = totals_[slot];
  PodGroup group{.sums = {}, .resource_id = totals.resource_id, .first_row = first_rows_[slot]};
  const auto add_wide = [&](auto& sum, std::size_t position, const auto& wide) {
    if (wide.empty()) return;
    if (const auto found = wide.find(wide_key(slot, position)); found != wide.end()) sum.add(found->second);
  };
  for (std::size_t i = 0; i < PodSums::kSums; ++i) {
    group.sums.cpu[i] = totals.cpu[i].exact();
    group.sums.memory[i] = totals.memory[i].exact();
    add_wide(group.sums.cpu[i], i, wide_cpu_);
    add_wide(group.sums.memory[i], PodSums::kSums + i, wide_memory_);
  }
  group.sums.has_cpu = totals.has_sums & ((1U << PodSums::kSums) - 1);
  group.sums.has_memory = static_cast<std::uint8_t>(totals.has_sums >> PodSums::kSums);
  const auto capacity = [&](std::size_t which) {
    Maximum maximum;
    if (totals.largest_capacities[which] != kNone) maximum.add(totals.largest_capacities[which]);
    add_wide(maximum, which, odd_capacities_);
    return maximum;
  };
  group.sums.capacity_cpu_cores = capacity(0);
  group.sums.capacity_memory_bytes = capacity(1);
  return group;
}

void PodTable::merge(const PodTable& other, const TextMapping& mapping, const Texts& texts) {
  carry();
  rows_since_carry_ = kRowsBetweenCarries;  // the other's sums may be as large as sums become
  std::vector<std::uint32_t> mine_of_theirs(other.size());
  for (std::uint32_t slot = 0; slot < other.size(); ++slot) {
    const Key& key = other.key(slot);
    const Totals& theirs = other.totals_[slot];
    mine_of_theirs[slot] = index_.slot_of({mapping(key[0]), mapping(key[1]), mapping(key[2])});
    if (mine_of_theirs[slot] == totals_.size()) {
      totals_.emplace_back().has_node = theirs.has_node;
      first_rows_.push_back(other.first_rows_[slot]);
    }
    RowPlace& first_row = first_rows_[mine_of_theirs[slot]];
    first_row = std::min(first_row, other.first_rows_[slot]);
    Totals& mine = totals_[mine_of_theirs[slot]];
    for (std::size_t i = 0; i < PodSums::kSums; ++i) {
      mine.cpu[i].add(theirs.cpu[i]);
      mine.memory[i].add(theirs.memory[i]);
    }
    for (std::size_t i = 0; i < kMaxima; ++i) {
      mine.largest_capacities[i] = std::max(mine.largest_capacities[i], theirs.largest_capacities[i]);
    }
    mine.has_sums |= theirs.has_sums;
    mine.resource_id = larger_text(mine.resource_id, mapping(theirs.resource_id), texts);
  }
  const auto merge_wide = [&](auto& mine, const auto& theirs) {
    for (const auto& [key, value] : theirs) mine[wide_key(mine_of_theirs[key / kWideKeys], key % kWideKeys)].add(value);
  };
  merge_wide(wide_cpu_, other.wide_cpu_);
  merge_wide(wide_memory_, other.wide_memory_);
  merge_wide(odd_capacities_, other.odd_capacities_);
  rows_ += other.rows_;
  remember(other.offence_);
  negatives_.add(other.negatives_);
  odd_effective_usage_.add(other.odd_effective_usage_);
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
  return index_.memory_bytes() + totals_.capacity() * sizeof(Totals) + first_rows_.capacity() * sizeof(RowPlace);
}

}  // namespace costmill
