// Unallocated capacity: what a node could have given and no pod took. Rule 9.
#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cmath>
#include <deque>
#include <string>

#include "summary/by_text.h"
#include "summary/exact_sum.h"
#include "summary/refusal.h"
#include "summary/rows.h"
#include "summary/split_sum.h"

namespace costmill {
namespace {

constexpr std::string_view kPlatformUnallocated = "Platform unallocated";
constexpr std::string_view kWorkerUnallocated = "Worker unallocated";
constexpr std::string_view kNotCounted[] = {kPlatformUnallocated, kWorkerUnallocated, "Network unattributed", "Storage unattributed"};

struct Subtraction {
  Column used;
  Column capacity;
};
constexpr std::array<Subtraction, 6> kSubtractions{{
    {Column::kPodUsageCpuCoreHours, Column::kNodeCapacityCpuCoreHours},
    {Column::kPodRequestCpuCoreHours, Column::kNodeCapacityCpuCoreHours},
    {Column::kPodEffectiveUsageCpuCoreHours, Column::kNodeCapacityCpuCoreHours},
    {Column::kPodUsageMemoryGigabyteHours, Column::kNodeCapacityMemoryGigabyteHours},
    {Column::kPodRequestMemoryGigabyteHours, Column::kNodeCapacityMemoryGigabyteHours},
    {Column::kPodEffectiveUsageMemoryGigabyteHours, Column::kNodeCapacityMemoryGigabyteHours},
}};
constexpr Column kCapacities[] = {Column::kNodeCapacityCpuCores,        Column::kNodeCapacityCpuCoreHours,
                                  Column::kNodeCapacityMemoryGigabytes, Column::kNodeCapacityMemoryGigabyteHours,
                                  Column::kClusterCapacityCpuCoreHours, Column::kClusterCapacityMemoryGigabyteHours};

// Sums of hours, mostly of the usual size.
class HoursSum {
 public:
  SumStatus add(double hours) {
    if (!(std::fabs(hours) < Split::kUsual)) return wide_.add(hours);
    if (++additions_ == Split::kAdditionsBetweenCarries) {
      wide_.add(usual_.exact());
      usual_ = {};
      additions_ = 0;
    }
    usual_.add_usual(hours);
    return SumStatus::kOk;
  }

  GroupHoursSum total() const {
    GroupHoursSum total = wide_;
    total.add(usual_.exact());
    return total;
  }

 private:
  using Split = SplitSum<GroupHoursSum::kFraction>;

  Split usual_;
  std::size_t additions_ = 0;
  GroupHoursSum wide_;
};

struct NodeUse {
  std::array<HoursSum, kSubtractions.size()> used;
  std::array<bool, kSubtractions.size()> has_value{};
  SummaryRow row;                                  // maxima of capacity and resource_id
  TextId last_resource_id = kNullText;             // mostly the only one
  boost::unordered_flat_set<TextId> resource_ids;  // whose roles are seen to
  std::optional<std::string> role;
};

// No single row of the input is to blame for a sum over a node.
void refuse_sum(Column column, RowBuilder& rows) {
  rows.refuse(Refusal("the sum over the pods of a node goes beyond what can be held exactly", std::string(def_of(column).name), {}));
}

void add_role(const SummaryRow& pod, const NodeRoles& roles, const Texts& texts, TextHashes& asked_for, NodeUse& use) {
  if (pod.resource_id == use.last_resource_id || pod.resource_id == kNullText) return;
  use.last_resource_id = pod.resource_id;
  if (!use.resource_ids.insert(pod.resource_id).second) return;
  asked_for.add(TextHashes::hash_of({texts[pod.node], texts[pod.resource_id]}));
  const auto role = roles.find(std::pair(std::string(texts[pod.node]), std::string(texts[pod.resource_id])));
  if (role != roles.end()) use.role = std::max(use.role, role->second);
}

void add_row(const SummaryRow& pod, const NodeRoles& roles, TextHashes& asked_for, RowBuilder& rows, NodeUse& use) {
  const Texts& texts = rows.day().texts;
  for (std::size_t i = 0; i < kSubtractions.size(); ++i) {
    const double hours = pod.number(kSubtractions[i].used);
    if (is_null(hours)) continue;
    use.has_value[i] = true;
    if (use.used[i].add(hours) != SumStatus::kOk) refuse_sum(kSubtractions[i].used, rows);
  }
  for (const Column column : kCapacities) {
    const double capacity = pod.number(column);
    double& largest = use.row.number(column);
    if (!is_null(capacity) && !(largest >= capacity)) largest = capacity;  // also where largest is NULL
  }
  use.row.resource_id = larger_text(use.row.resource_id, pod.resource_id, texts);
  add_role(pod, roles, texts, asked_for, use);
}

// NULL for a role that is unknown: the row is kept all the same.
std::optional<std::string_view> namespace_of_role(const std::optional<std::string>& role) {
  if (role == "master" || role == "infra") return kPlatformUnallocated;
  if (role == "worker") return kWorkerUnallocated;
  return std::nullopt;
}

bool is_counted(std::string_view namespace_name) {
  return std::find(std::begin(kNotCounted), std::end(kNotCounted), namespace_name) == std::end(kNotCounted);
}

}  // namespace

TextHashes append_unallocated_rows(const NodeRoles& roles, const std::vector<CostCategoryPattern>& cost_categories, RowBuilder& rows) {
  TextHashes asked_for;
  const DayRows& day = rows.day();
  std::deque<NodeUse> nodes;
  ByText<NodeUse*> use_of_node(day.texts, nullptr);
  ByText<std::optional<bool>> counted_namespaces(day.texts, std::nullopt);
  for (const SummaryRow& pod : day.rows) {
    if (pod.data_source != DataSource::kPod || pod.namespace_name == kNullText || pod.node == kNullText) continue;
    std::optional<bool>& counted = counted_namespaces[pod.namespace_name];
    if (!counted) counted = is_counted(day.texts[pod.namespace_name]);
    if (!*counted) continue;
    NodeUse*& use = use_of_node[pod.node];
    if (use == nullptr) {
      use = &nodes.emplace_back();
      use->row.node = pod.node;
    }
    add_row(pod, roles, asked_for, rows, *use);
  }
  for (NodeUse& use : nodes) {
    SummaryRow& row = use.row;
    row.data_source = DataSource::kPod;
    row.has_infrastructure_usage_cost = false;
    row.all_labels = rows.empty_json();
    const auto namespace_name = namespace_of_role(use.role);
    if (namespace_name) row.namespace_name = rows.intern(*namespace_name);
    for (std::size_t i = 0; i < kSubtractions.size(); ++i) {
      const double capacity = row.number(kSubtractions[i].capacity);
      if (is_null(capacity) || !use.has_value[i]) continue;
      if (const GroupHoursSum used = use.used[i].total(); used.fits()) {
        rows.set(row, kSubtractions[i].used, capacity - used.value(), {});
      } else {
        refuse_sum(kSubtractions[i].used, rows);
      }
    }
    const CategoryMatch categories = match_categories(namespace_name, cost_categories);
    if (categories.category_ids.empty()) rows.append(row);
    for (const auto& category_id : categories.category_ids) {
      row.cost_category_id = category_id;
      rows.append(row);
    }
  }
  rows.check();
  return asked_for;
}

}  // namespace costmill
