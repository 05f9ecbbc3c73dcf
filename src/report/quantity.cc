#include "report/quantity.h"

#include <fmt/format.h>

#include "costmill/error.h"
#include "texts/printable.h"

namespace costmill {
namespace {

constexpr int kPlaces = 15;
constexpr Decimal kUnit = 1'000'000'000'000'000;
constexpr Decimal kLargestSum = kUnit * 10'000'000'000 * 1'000'000'000;  // append_decimal() takes whole parts of 64 bits

}  // namespace

Decimal quantity(const StoredRow& row, Column column) {
  const Name& text = cell(row, column);
  if (!text) return 0;
  if (const auto number = parse_decimal(*text)) return *number;
  throw Error(ErrorCode::kBadInput,
              fmt::format("column {} of the sink holds {} where a number should be; run with --full", def_of(column).name, as_shown(*text)),
              {.column = std::string(def_of(column).name)});
}

void add_to(Decimal& total, Decimal number) {
  total += number;
  if (total < kLargestSum && total > -kLargestSum) return;
  throw Error(ErrorCode::kBadInput, "the sink's numbers are too large to be summed up; `costmill show days` tells which day has them");
}

Decimal rounded(Decimal number, int places) {
  Decimal step = 1;
  for (int place = places; place < kPlaces; ++place) step *= 10;
  const Decimal half = number < 0 ? -(step / 2) : step / 2;
  return (number + half) / step * step;
}

}  // namespace costmill
