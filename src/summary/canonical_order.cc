// The canonical order of a day's rows: data_source, the other texts in table order (NULL first, UTF-8 bytes), numbers in table
// order (NULL first), csi_volume_handle. What all rows of a day share needs no comparison.
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

#include "decimal/decimal.h"
#include "summary/rows.h"
#include "texts/text_order.h"

namespace costmill {
namespace {

// The first of them nearly always decide, and many rows share them: rows are sorted by their places among the texts of the column.
constexpr TextId SummaryRow::*kRanked[] = {&SummaryRow::namespace_name, &SummaryRow::node, &SummaryRow::resource_id,
                                           &SummaryRow::pod_labels};
constexpr TextId SummaryRow::*kCompared[] = {&SummaryRow::persistentvolumeclaim, &SummaryRow::persistentvolume, &SummaryRow::storageclass,
                                             &SummaryRow::volume_labels, &SummaryRow::all_labels};

// What rows are sorted by before they are compared: data_source, then kRanked; least first.
using Rank = std::uint32_t;
constexpr std::size_t kRanks = 1 + std::size(kRanked);
using Ranks = std::array<Rank, kRanks>;

// Replaces ids of texts by their positions among the texts of the column, from 1; 0 is NULL. Returns how many ranks there are.
std::size_t rank_texts(const Texts& texts, std::size_t rank, std::vector<Ranks>& ranks) {
  std::vector<Rank> rank_of(texts.size(), 0);
  std::vector<TextId> order;
  for (const Ranks& of_row : ranks) {
    const TextId id = of_row[rank];
    if (id == kNullText || rank_of[id] != 0) continue;
    rank_of[id] = 1;
    order.push_back(id);
  }
  sort_by_text(order, texts);
  for (std::size_t position = 0; position < order.size(); ++position) rank_of[order[position]] = static_cast<Rank>(position) + 1;
  for (Ranks& of_row : ranks) of_row[rank] = of_row[rank] == kNullText ? 0 : rank_of[of_row[rank]];
  return order.size() + 1;
}

// Sorts by one rank below `count`; rows of equal rank stay as they are.
void sort_by_rank(std::vector<std::uint32_t>& order, const std::vector<Ranks>& ranks, std::size_t rank, std::size_t count) {
  std::vector<std::uint32_t> begins(count + 1, 0);
  for (const Ranks& of_row : ranks) ++begins[of_row[rank] + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<std::uint32_t> sorted(order.size());
  for (const std::uint32_t row : order) sorted[begins[ranks[row][rank]]++] = row;
  order.swap(sorted);
}

int compare_texts(TextId a, TextId b, const Texts& texts) {
  if (a == b) return 0;
  if (a == kNullText || b == kNullText) return a == kNullText ? -1 : 1;
  return texts[a].compare(texts[b]);
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

bool is_before(const SummaryRow& a, const SummaryRow& b, const Texts& texts) {
  for (const auto text : kCompared) {
    if (const int order = compare_texts(a.*text, b.*text, texts); order != 0) return order < 0;
  }
  // infrastructure_usage_cost: NULL first.
  if (a.has_infrastructure_usage_cost != b.has_infrastructure_usage_cost) return b.has_infrastructure_usage_cost;
  for (std::size_t i = 0; i < kNumberCount; ++i) {
    if (const int order = compare_numbers(a.numbers[i], b.numbers[i]); order != 0) return order < 0;
  }
  if (a.cost_category_id != b.cost_category_id) return a.cost_category_id < b.cost_category_id;
  return compare_texts(a.csi_volume_handle, b.csi_volume_handle, texts) < 0;
}

// Brings the rows into this order, each row moved once.
void permute(std::vector<SummaryRow>& rows, std::vector<std::uint32_t>& order) {
  for (std::uint32_t first = 0; first < order.size(); ++first) {
    if (order[first] == first) continue;
    const SummaryRow displaced = rows[first];
    std::uint32_t to = first;
    for (std::uint32_t from = order[to]; from != first; from = order[to]) {
      rows[to] = rows[from];
      order[to] = to;
      to = from;
    }
    rows[to] = displaced;
    order[to] = to;
  }
}

}  // namespace

void sort_canonically(DayRows& day) {
  std::vector<Ranks> ranks;
  ranks.reserve(day.rows.size());
  for (const SummaryRow& row : day.rows) {
    ranks.push_back({static_cast<Rank>(row.data_source)});
    for (std::size_t i = 0; i < std::size(kRanked); ++i) ranks.back()[1 + i] = row.*kRanked[i];
  }
  std::array<std::size_t, kRanks> counts{2};
  for (std::size_t rank = 1; rank < kRanks; ++rank) counts[rank] = rank_texts(day.texts, rank, ranks);

  std::vector<std::uint32_t> order(day.rows.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t rank = kRanks; rank-- > 0;) sort_by_rank(order, ranks, rank, counts[rank]);
  for (auto begin = order.begin(); begin != order.end();) {
    const auto end = std::find_if(begin + 1, order.end(), [&](std::uint32_t row) { return ranks[row] != ranks[*begin]; });
    std::sort(begin, end, [&](std::uint32_t a, std::uint32_t b) { return is_before(day.rows[a], day.rows[b], day.texts); });
    begin = end;
  }
  permute(day.rows, order);
}

}  // namespace costmill
