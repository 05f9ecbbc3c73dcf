// The canonical order of a day's rows: data_source, the other texts in table order (NULL first, UTF-8 bytes), numbers in table
// order (NULL first), csi_volume_handle. What all rows of a day share needs no comparison.
#include <algorithm>
#include <cstdint>

#include "decimal/decimal.h"
#include "summary/rows.h"

namespace costmill {
namespace {

// The first of them nearly always decide, and many rows share them: they are ranked, so that rows compare by integers.
constexpr TextId SummaryRow::*kRanked[] = {&SummaryRow::namespace_name, &SummaryRow::node, &SummaryRow::resource_id,
                                           &SummaryRow::pod_labels};
constexpr TextId SummaryRow::*kCompared[] = {&SummaryRow::persistentvolumeclaim, &SummaryRow::persistentvolume, &SummaryRow::storageclass,
                                             &SummaryRow::volume_labels, &SummaryRow::all_labels};

// Position of each text of the ranked columns among them, from 1; 0 is NULL.
class Ranks {
 public:
  explicit Ranks(const DayRows& day) : ranks_(day.texts.size(), 0) {
    std::vector<TextId> order;
    for (const SummaryRow& row : day.rows) {
      for (const auto text : kRanked) {
        const TextId id = row.*text;
        if (id == kNullText || ranks_[id] != 0) continue;
        ranks_[id] = 1;
        order.push_back(id);
      }
    }
    std::sort(order.begin(), order.end(), [&](TextId a, TextId b) { return day.texts[a] < day.texts[b]; });
    for (std::size_t position = 0; position < order.size(); ++position) ranks_[order[position]] = static_cast<std::uint32_t>(position) + 1;
  }

  std::uint32_t of(TextId id) const { return id == kNullText ? 0 : ranks_[id]; }

 private:
  std::vector<std::uint32_t> ranks_;
};

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

struct SortKey {
  std::uint64_t source_and_namespace;
  std::uint64_t node_and_resource_id;
  std::uint32_t pod_labels;
  std::uint32_t row;
};

// Brings the rows into the order of the keys, each row moved once.
void permute(std::vector<SummaryRow>& rows, std::vector<SortKey>& order) {
  for (std::uint32_t first = 0; first < order.size(); ++first) {
    if (order[first].row == first) continue;
    const SummaryRow displaced = rows[first];
    std::uint32_t to = first;
    for (std::uint32_t from = order[to].row; from != first; from = order[to].row) {
      rows[to] = rows[from];
      order[to].row = to;
      to = from;
    }
    rows[to] = displaced;
    order[to].row = to;
  }
}

}  // namespace

void sort_canonically(DayRows& day) {
  const Ranks ranks(day);
  const auto packed = [](std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32U | low; };
  std::vector<SortKey> keys;
  keys.reserve(day.rows.size());
  for (const SummaryRow& row : day.rows) {
    keys.push_back({packed(static_cast<std::uint32_t>(row.data_source), ranks.of(row.namespace_name)),
                    packed(ranks.of(row.node), ranks.of(row.resource_id)), ranks.of(row.pod_labels),
                    static_cast<std::uint32_t>(keys.size())});
  }
  std::sort(keys.begin(), keys.end(), [&](const SortKey& a, const SortKey& b) {
    if (a.source_and_namespace != b.source_and_namespace) return a.source_and_namespace < b.source_and_namespace;
    if (a.node_and_resource_id != b.node_and_resource_id) return a.node_and_resource_id < b.node_and_resource_id;
    if (a.pod_labels != b.pod_labels) return a.pod_labels < b.pod_labels;
    return is_before(day.rows[a.row], day.rows[b.row], day.texts);
  });
  permute(day.rows, keys);
}

}  // namespace costmill
