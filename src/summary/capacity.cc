#include "summary/capacity.h"

#include <cmath>

#include "calendar/day.h"

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

void CapacityTable::add(const Chunk& chunk, std::span<const std::uint32_t> rows, std::uint32_t file) {
  const auto& nodes = chunk.texts[pod_columns::kNode];
  const NumberColumn& cpu = chunk.numbers[pod_columns::kNodeCapacityCpuCoreSeconds];
  const NumberColumn& memory = chunk.numbers[pod_columns::kNodeCapacityMemoryByteSeconds];
  for (const std::uint32_t row : rows) {
    const std::int64_t ms = chunk.interval_start_ms[row];
    const auto ms_of_day = static_cast<std::uint32_t>(ms - day_of_ms(ms).number * kMillisecondsPerDay);
    Interval& interval = intervals_[{nodes[row], ms_of_day}];
    if (cpu.valid[row] != 0) interval.cpu_core_seconds.add(cpu.values[row]);
    if (memory.valid[row] != 0) interval.memory_byte_seconds.add(memory.values[row]);
    for (const pod_columns::Number column : {pod_columns::kNodeCapacityCpuCoreSeconds, pod_columns::kNodeCapacityMemoryByteSeconds}) {
      const double value = chunk.numbers[column].values[row];
      if (chunk.numbers[column].valid[row] == 0 || std::fabs(value) < kUnsuspicious) [[likely]]
        continue;
      remember({{file, chunk.first_row + row}, schema_of(Table::kPodHourly).numbers[column].name.data(), value});
    }
  }
}

void CapacityTable::remember(const CapacityOffence& offence) {
  if (!offence_ || offence.place < offence_->place) offence_ = offence;
}

void CapacityTable::merge(const CapacityTable& other, const TextMapping& mapping) {
  for (const auto& [key, interval] : other.intervals_) {
    Interval& mine = intervals_[{mapping(key[0]), key[1]}];
    mine.cpu_core_seconds.add(interval.cpu_core_seconds);
    mine.memory_byte_seconds.add(interval.memory_byte_seconds);
  }
  if (other.offence_) remember(*other.offence_);
}

DayCapacity CapacityTable::resolve() const {
  boost::unordered_flat_map<TextId, CapacitySum> nodes;
  CapacitySum cluster;
  for (const auto& [key, interval] : intervals_) {
    CapacitySum& node = nodes[key[0]];
    node.cpu.add(interval.cpu_core_seconds.value());
    node.memory.add(interval.memory_byte_seconds.value());
    cluster.cpu.add(interval.cpu_core_seconds.value());
    cluster.memory.add(interval.memory_byte_seconds.value());
  }
  DayCapacity capacity;
  capacity.cluster = cluster.value();
  capacity.offence = offence_;
  for (const auto& [node, sum] : nodes) capacity.nodes.emplace(node, sum.value());
  return capacity;
}

}  // namespace costmill
