#include "summary/capacity.h"

#include <cmath>

#include "calendar/day.h"
#include "summary/magnitude.h"
#include "summary/row_checks.h"

namespace costmill {
namespace {

// Below this no value can make a capacity unfit for the table; NaN compares false.
constexpr double kUnsuspicious = 1e18;

template <typename Sum>
struct NullableSum {
  Sum sum;
  bool has_value = false;
  bool is_number = true;

  void add(std::optional<double> value) {
    if (!value) return;
    has_value = true;
    if (sum.add(*value) != SumStatus::kOk) is_number = false;
  }

  std::optional<double> value() const {
    if (!has_value) return std::nullopt;
    return is_number && sum.fits() ? sum.value() : std::nan("");
  }
};

struct CapacitySum {
  NullableSum<CoreSecondsSum> cpu;
  NullableSum<ByteSecondsSum> memory;

  Capacity value() const { return {cpu.value(), memory.value()}; }
};

}  // namespace

std::uint32_t CapacityTable::slot_of(TextId node, std::uint32_t ms_of_day) {
  const std::size_t position = node + TextId{1};  // NULL is the first
  if (position >= last_of_node_.size()) last_of_node_.resize(position + 1);
  const auto [entry, added] = index_.try_emplace({node, ms_of_day}, static_cast<std::uint32_t>(intervals_.size()));
  if (added) intervals_.push_back(entry->first);
  last_of_node_[position] = {ms_of_day, entry->second};
  return entry->second;
}

void CapacityTable::find_intervals(const Chunk& chunk, RowRange rows) {
  const TextId* const nodes = chunk.texts[pod_columns::kNode].data();
  const std::int64_t* const ms = chunk.interval_start_ms.data();
  const std::int64_t midnight_ms = day_of_ms(ms[rows.begin]).number * kMillisecondsPerDay;
  slots_.resize(rows.size());
  const LastInterval* last = last_of_node_.data();
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    const auto ms_of_day = static_cast<std::uint32_t>(ms[row] - midnight_ms);
    const std::size_t position = nodes[row] + TextId{1};
    if (position < last_of_node_.size() && last[position].ms_of_day == ms_of_day) [[likely]] {
      slots_[row - rows.begin] = last[position].slot;
      continue;
    }
    slots_[row - rows.begin] = slot_of(nodes[row], ms_of_day);
    last = last_of_node_.data();
  }
  cpu_core_seconds_.resize(intervals_.size());
  memory_byte_seconds_.resize(intervals_.size());
}

void CapacityTable::look_for_offences(const Chunk& chunk, RowRange rows, std::uint32_t file, pod_columns::Number column) {
  const NumberColumn& numbers = chunk.numbers[column];
  if (numbers.surely_within(kUnsuspicious) || all_within(numbers.values.data() + rows.begin, rows.size(), kUnsuspicious)) [[likely]]
    return;
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    if (std::fabs(numbers.values[row]) < kUnsuspicious || !numbers.is_valid(row)) continue;
    remember({{file, chunk.first_row + row}, schema_of(Table::kPodHourly).numbers[column].name.data(), numbers.values[row]});
    return;  // the first is enough
  }
}

void CapacityTable::add(const Chunk& chunk, RowRange rows, std::uint32_t file) {
  if (rows.size() == 0) return;
  find_intervals(chunk, rows);
  for (const auto& [maxima, number] : {std::pair(&cpu_core_seconds_, pod_columns::kNodeCapacityCpuCoreSeconds),
                                       std::pair(&memory_byte_seconds_, pod_columns::kNodeCapacityMemoryByteSeconds)}) {
    const NumberColumn& column = chunk.numbers[number];
    maxima->add(slots_, column.values.data() + rows.begin, column.has_nulls ? column.valid.data() + rows.begin : nullptr,
                column.surely_within(kUnsuspicious));
    look_for_offences(chunk, rows, file, number);
    look_for_negatives(column, rows, {file, chunk.first_row + rows.begin}, schema_of(Table::kPodHourly).numbers[number].name.data(),
                       negatives_);
  }
}

void CapacityTable::remember(const CapacityOffence& offence) {
  if (!offence_ || offence.place < offence_->place) offence_ = offence;
}

void CapacityTable::merge(const CapacityTable& other, const TextMapping& mapping) {
  for (std::uint32_t theirs = 0; theirs < other.intervals_.size(); ++theirs) {
    const GroupKey<2>& key = other.intervals_[theirs];
    const std::uint32_t mine = slot_of(mapping(key[0]), key[1]);
    cpu_core_seconds_.resize(intervals_.size());
    memory_byte_seconds_.resize(intervals_.size());
    cpu_core_seconds_.merge(mine, other.cpu_core_seconds_, theirs);
    memory_byte_seconds_.merge(mine, other.memory_byte_seconds_, theirs);
  }
  if (other.offence_) remember(*other.offence_);
  negatives_.add(other.negatives_);
}

DayCapacity CapacityTable::resolve() const {
  boost::unordered_flat_map<TextId, CapacitySum> nodes;
  CapacitySum cluster;
  DayCapacity capacity;
  for (std::uint32_t slot = 0; slot < intervals_.size(); ++slot) {
    const auto cpu = cpu_core_seconds_.maximum(slot).value();
    const auto memory = memory_byte_seconds_.maximum(slot).value();
    capacity.hours.set(intervals_[slot][1] / CapacityTable::kMillisecondsPerHour);
    CapacitySum& node = nodes[intervals_[slot][0]];
    node.cpu.add(cpu);
    node.memory.add(memory);
    cluster.cpu.add(cpu);
    cluster.memory.add(memory);
  }
  capacity.cluster = cluster.value();
  capacity.offence = offence_;
  for (const auto& [node, sum] : nodes) capacity.nodes.emplace(node, sum.value());
  return capacity;
}

}  // namespace costmill
