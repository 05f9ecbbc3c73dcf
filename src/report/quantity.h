// Exact sums of the numbers that a sink holds.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "decimal/decimal.h"
#include "sink/stored_cells.h"

namespace costmill {

using Name = std::optional<std::string>;  // nullopt: NULL

// NULL counts as nothing. Error(kBadInput) naming the column for what is no numeric(33,15).
Decimal quantity(const StoredRow& row, Column column);
// Error(kBadInput) for a sum that has no text: of some 10^19 and more.
void add_to(Decimal& total, Decimal number);
// To so many places of the 15, half away from zero.
Decimal rounded(Decimal number, int places);

inline std::string text_of(Decimal number) {
  std::string text;
  append_decimal(text, number);
  return text;
}
inline double approximately(Decimal number) { return static_cast<double>(number) / 1e15; }

// CPU in core-hours, memory in GiB-hours.
struct CpuMemory {
  Decimal cpu = 0;
  Decimal memory = 0;

  void add(const CpuMemory& other) {
    add_to(cpu, other.cpu);
    add_to(memory, other.memory);
  }
  void raise_to(const CpuMemory& other) {
    cpu = std::max(cpu, other.cpu);
    memory = std::max(memory, other.memory);
  }
};
inline CpuMemory cpu_memory(const StoredRow& row, Column cpu, Column memory) { return {quantity(row, cpu), quantity(row, memory)}; }

}  // namespace costmill
