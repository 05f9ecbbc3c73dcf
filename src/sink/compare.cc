#include "sink/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <unordered_map>

#include "sink/json_text.h"
#include "sink/stored_cells.h"

namespace costmill {
namespace {

// Two units of the last place stored: what rounding at 15 places on both sides can make of equal sums.
constexpr double kAbsoluteFloor = 2e-15;

bool is_key(ColumnKind kind) { return kind != ColumnKind::kNumber; }

// A row with canonical JSON; rows of equal keys are next to each other once sorted.
std::strong_ordering compare_keys(const StoredRow& left, const StoredRow& right) {
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    if (!is_key(kColumns[c].kind)) continue;
    const auto order = left[c] <=> right[c];
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

bool row_before(const StoredRow& left, const StoredRow& right) {
  const auto order = compare_keys(left, right);
  return order != 0 ? order < 0 : left < right;
}

// Makes JSON canonical, and sorts. Label texts repeat a lot, so each distinct one is parsed once.
void make_comparable(std::vector<StoredRow>& rows, std::unordered_map<std::string, std::string>& canonical) {
  for (StoredRow& row : rows) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      if (kColumns[c].kind != ColumnKind::kJson || !row[c]) continue;
      const auto [known, is_new] = canonical.try_emplace(*row[c]);
      if (is_new) known->second = canonical_json(*row[c]);
      row[c] = known->second;
    }
  }
  if (!std::is_sorted(rows.begin(), rows.end(), row_before)) std::sort(rows.begin(), rows.end(), row_before);
}

std::string describe(const StoredRow& row) {
  std::string text = row[index_of(Column::kDataSource)].value_or("\\N");
  for (const Column column :
       {Column::kNamespace, Column::kNode, Column::kResourceId, Column::kPersistentvolumeclaim, Column::kPersistentvolume,
        Column::kStorageclass, Column::kPodLabels, Column::kVolumeLabels, Column::kAllLabels, Column::kCostCategoryId}) {
    const auto& cell = row[index_of(column)];
    if (cell) text += fmt::format(", {} {}", def_of(column).name, *cell);
  }
  return text;
}

double value_of(const std::string& number) {
  const std::optional<Decimal> decimal = parse_decimal(number);
  return decimal ? static_cast<double>(*decimal) * 1e-15 : std::strtod(number.c_str(), nullptr);
}

// The sorted rows of one day that have the same key.
using Rows = std::vector<const StoredRow*>;

class DayComparison {
 public:
  DayComparison(const StoredKey& key, const CompareOptions& options, CompareResult& result)
      : key_(key), options_(options), result_(result) {}

  void compare(const std::vector<StoredRow>& left, const std::vector<StoredRow>& right) {
    result_.rows_left += left.size();
    result_.rows_right += right.size();
    std::size_t l = 0;
    std::size_t r = 0;
    while (l < left.size() || r < right.size()) {
      const StoredRow& key = r == right.size() || (l < left.size() && compare_keys(left[l], right[r]) < 0) ? left[l] : right[r];
      const Rows left_rows = take(left, l, key);
      const Rows right_rows = take(right, r, key);
      compare_group(left_rows, right_rows);
    }
  }

 private:
  static Rows take(const std::vector<StoredRow>& rows, std::size_t& at, const StoredRow& key) {
    Rows taken;
    for (; at < rows.size() && compare_keys(rows[at], key) == 0; ++at) taken.push_back(&rows[at]);
    return taken;
  }

  // Equal rows first, then those within the tolerance, then the rest in order.
  void compare_group(const Rows& left, const Rows& right) {
    const auto before = [](const StoredRow* a, const StoredRow* b) { return *a < *b; };
    Rows left_rest;
    Rows right_rest;
    std::set_difference(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(left_rest), before);
    std::set_difference(right.begin(), right.end(), left.begin(), left.end(), std::back_inserter(right_rest), before);
    result_.equal_rows += left.size() - left_rest.size();
    pair_within_tolerance(left_rest, right_rest);
    const std::size_t pairs = std::min(left_rest.size(), right_rest.size());
    for (std::size_t i = 0; i < pairs; ++i) note_numbers(*left_rest[i], *right_rest[i]);
    for (std::size_t i = pairs; i < left_rest.size(); ++i) note_only(*left_rest[i], DifferenceKind::kOnlyLeft, result_.only_left);
    for (std::size_t i = pairs; i < right_rest.size(); ++i) note_only(*right_rest[i], DifferenceKind::kOnlyRight, result_.only_right);
  }

  void pair_within_tolerance(Rows& left, Rows& right) {
    if (options_.relative_tolerance <= 0) return;
    std::erase_if(left, [&](const StoredRow* row) {
      const auto partner = std::find_if(right.begin(), right.end(),
                                        [&](const StoredRow* other) { return first_difference(*row, *other) == kColumns.size(); });
      if (partner == right.end()) return false;
      note_deviation(*row, **partner);
      right.erase(partner);
      ++result_.equal_rows;
      return true;
    });
  }

  // Index of the first number that differs; kColumns.size() if none does.
  std::size_t first_difference(const StoredRow& left, const StoredRow& right) const {
    std::size_t c = 0;
    while (c < kColumns.size() && (is_key(kColumns[c].kind) || same_number(left[c], right[c]))) ++c;
    return c;
  }

  bool same_number(const std::optional<std::string>& left, const std::optional<std::string>& right) const {
    if (left == right) return true;
    if (!left || !right || options_.relative_tolerance <= 0) return false;
    const double l = value_of(*left);
    const double r = value_of(*right);
    return std::fabs(l - r) <= std::max(options_.relative_tolerance * std::max(std::fabs(l), std::fabs(r)), kAbsoluteFloor);
  }

  void note_deviation(const StoredRow& left, const StoredRow& right) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      if (is_key(kColumns[c].kind) || left[c] == right[c] || !left[c] || !right[c]) continue;
      const double l = value_of(*left[c]);
      const double r = value_of(*right[c]);
      const double largest = std::max(std::fabs(l), std::fabs(r));
      if (largest > 0) result_.largest_relative_difference = std::max(result_.largest_relative_difference, std::fabs(l - r) / largest);
    }
  }

  void note_numbers(const StoredRow& left, const StoredRow& right) {
    ++result_.differing_rows;
    note_deviation(left, right);
    if (result_.differences.size() >= options_.max_differences) return;
    const std::size_t c = first_difference(left, right);
    result_.differences.push_back({.day = key_.day,
                                   .source_uuid = key_.source_uuid,
                                   .kind = DifferenceKind::kNumber,
                                   .row = describe(left),
                                   .column = std::string(kColumns[c].name),
                                   .left = left[c].value_or("\\N"),
                                   .right = right[c].value_or("\\N")});
  }

  void note_only(const StoredRow& row, DifferenceKind kind, std::uint64_t& count) {
    ++count;
    if (result_.differences.size() >= options_.max_differences) return;
    result_.differences.push_back({.day = key_.day, .source_uuid = key_.source_uuid, .kind = kind, .row = describe(row)});
  }

  const StoredKey& key_;
  const CompareOptions& options_;
  CompareResult& result_;
};

void compare_day(const StoredKey& key, std::vector<StoredRow> left, std::vector<StoredRow> right, const CompareOptions& options,
                 CompareResult& result) {
  std::unordered_map<std::string, std::string> canonical;
  make_comparable(left, canonical);
  make_comparable(right, canonical);
  DayComparison(key, options, result).compare(left, right);
}

}  // namespace

std::string_view name_of(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::kOnlyLeft: return "only_left";
    case DifferenceKind::kOnlyRight: return "only_right";
    case DifferenceKind::kNumber: break;
  }
  return "number";
}

CompareResult compare_sinks(SinkReader& left, SinkReader& right, const CompareOptions& options) {
  std::set<StoredKey> keys;
  for (SinkReader* reader : {&left, &right}) {
    for (StoredKey& key : reader->days()) keys.insert(std::move(key));
  }
  CompareResult result;
  for (const StoredKey& key : keys) compare_day(key, left.read_day(key), right.read_day(key), options, result);
  return result;
}

CompareResult compare_day(const StoredKey& key, std::vector<StoredRow> left, std::vector<StoredRow> right, const CompareOptions& options) {
  CompareResult result;
  compare_day(key, std::move(left), std::move(right), options, result);
  return result;
}

}  // namespace costmill
