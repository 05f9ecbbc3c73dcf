// The canonical order of a day's rows: data_source, the other texts in table order (NULL first, UTF-8 bytes), numbers in table
// order (NULL first), csi_volume_handle. What all rows of a day share needs no comparison.
#include <algorithm>
#include <numeric>

#include "decimal/decimal.h"
#include "summary/rows.h"

namespace costmill {
namespace {

constexpr TextId SummaryRow::*kTextOrder[] = {&SummaryRow::namespace_name,
                                              &SummaryRow::node,
                                              &SummaryRow::resource_id,
                                              &SummaryRow::pod_labels,
                                              &SummaryRow::persistentvolumeclaim,
                                              &SummaryRow::persistentvolume,
                                              &SummaryRow::storageclass,
                                              &SummaryRow::volume_labels,
                                              &SummaryRow::all_labels};

// Position of each text among all texts of the day, so that rows compare by integers.
std::vector<std::uint32_t> ranks_of(const Texts& texts) {
  std::vector<TextId> order(texts.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](TextId a, TextId b) { return texts[a] < texts[b]; });
  std::vector<std::uint32_t> ranks(texts.size());
  for (std::size_t position = 0; position < order.size(); ++position) ranks[order[position]] = static_cast<std::uint32_t>(position) + 1;
  return ranks;
}

// By the decimals that are written: doubles apart by less than the last place are equal.
int compare_numbers(double a, double b) {
  if (is_null(a) || is_null(b)) return static_cast<int>(is_null(b)) - static_cast<int>(is_null(a));
  constexpr double kSurelyDifferent = 1e-14;
  if (std::fabs(a - b) > kSurelyDifferent) return a < b ? -1 : 1;
  const Decimal left = *to_decimal(a);
  const Decimal right = *to_decimal(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

}  // namespace

void sort_canonically(DayRows& day) {
  const std::vector<std::uint32_t> ranks = ranks_of(day.texts);
  const auto rank = [&](TextId id) { return id == kNullText ? 0U : ranks[id]; };
  const auto before = [&](const SummaryRow& a, const SummaryRow& b) {
    if (a.data_source != b.data_source) return a.data_source < b.data_source;
    for (const auto text : kTextOrder) {
      if (a.*text != b.*text) return rank(a.*text) < rank(b.*text);
    }
    // infrastructure_usage_cost: NULL first.
    if (a.has_infrastructure_usage_cost != b.has_infrastructure_usage_cost) return b.has_infrastructure_usage_cost;
    for (std::size_t i = 0; i < kNumberCount; ++i) {
      if (const int order = compare_numbers(a.numbers[i], b.numbers[i]); order != 0) return order < 0;
    }
    if (a.cost_category_id != b.cost_category_id) return a.cost_category_id < b.cost_category_id;
    return rank(a.csi_volume_handle) < rank(b.csi_volume_handle);
  };
  std::sort(day.rows.begin(), day.rows.end(), before);
}

}  // namespace costmill
