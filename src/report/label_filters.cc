#include "report/label_filters.h"

#include <algorithm>
#include <set>

#include "sink/record_json.h"
#include "texts/printable.h"

namespace costmill {
namespace {

// Longer texts are nobody's label: Kubernetes has 63 characters, and a prefix of 253.
constexpr std::size_t kLongestText = 320;
constexpr std::size_t kNamedLeftOut = 30;

using LabelMap = std::map<std::string, std::string>;

LabelMap labels_in(const std::string& text) {
  LabelMap labels;
  try {
    const auto json = parse_state(text);
    if (!json.is_object()) return labels;
    for (const auto& [key, value] : json.items()) labels[key] = value.is_string() ? value.get<std::string>() : dump_json(value);
  } catch (const std::exception&) {
    labels.clear();
  }
  return labels;
}

template <typename Counts>
auto most_frequent_first(const Counts& counts, auto rows) {
  std::vector<typename Counts::const_iterator> order;
  for (auto at = counts.begin(); at != counts.end(); ++at) order.push_back(at);
  std::stable_sort(order.begin(), order.end(), [&](auto left, auto right) { return rows(left->second) > rows(right->second); });
  return order;
}

LabelFilters::Key key_with_values(const std::string& key, const std::map<std::string, std::uint64_t>& rows_of_value, std::size_t most) {
  LabelFilters::Key chosen{.key = key};
  for (const auto& value : most_frequent_first(rows_of_value, [](std::uint64_t rows) { return rows; })) {
    if (chosen.values.size() < most && value->first.size() <= kLongestText) {
      chosen.values.push_back(value->first);
    } else {
      chosen.has_other = true;
    }
  }
  std::sort(chosen.values.begin(), chosen.values.end());
  return chosen;
}

std::uint16_t position_of(const LabelFilters::Key& key, const LabelMap& labels) {
  const auto label = labels.find(key.key);
  if (label == labels.end()) return 0;
  const auto value = std::lower_bound(key.values.begin(), key.values.end(), label->second);
  const bool is_known = value != key.values.end() && *value == label->second;
  return static_cast<std::uint16_t>(1 + (is_known ? value - key.values.begin() : static_cast<std::ptrdiff_t>(key.values.size())));
}

}  // namespace

const LabelPositions& LabelFilters::positions_of(const Name& labels) {
  const std::string text = labels.value_or("{}");
  const auto [found, is_new] = known_.try_emplace(text);
  if (is_new) {
    const LabelMap map = labels_in(text);
    for (const Key& key : keys) found->second.push_back(position_of(key, map));
  }
  return found->second;
}

void LabelSurvey::add(const std::pair<std::size_t, Name>& place, const Name& labels) { ++rows_[{place, labels}]; }

std::size_t LabelSurvey::groups_with(LabelFilters& filters) const {
  std::set<std::pair<std::pair<std::size_t, Name>, LabelPositions>> groups;
  for (const auto& [group, rows] : rows_) groups.emplace(group.first, filters.positions_of(group.second));
  return groups.size();
}

LabelFilters LabelSurvey::choose(std::size_t days, const LabelLimits& limits) const {
  std::map<Name, std::uint64_t> rows_of_text;
  for (const auto& [group, rows] : rows_) rows_of_text[group.second] += rows;
  std::map<std::string, KeyUse> uses;
  for (const auto& [text, rows] : rows_of_text) {
    for (const auto& [key, value] : labels_in(text.value_or("{}"))) {
      uses[key].rows += rows;
      uses[key].rows_of_value[value] += rows;
    }
  }
  std::vector<LabelFilters::Key> keys;
  LabelFilters chosen;
  for (const auto& use : most_frequent_first(uses, [](const KeyUse& of_key) { return of_key.rows; })) {
    const auto& [key, of_key] = *use;
    if (keys.size() < limits.keys && of_key.rows_of_value.size() <= limits.values_of_any && key.size() <= kLongestText) {
      LabelFilters trial;
      trial.keys = keys;
      trial.keys.push_back(key_with_values(key, of_key.rows_of_value, limits.values));
      if (groups_with(trial) * days <= limits.group_days) {
        keys = std::move(trial.keys);
        continue;
      }
    }
    if (chosen.left_out.size() < kNamedLeftOut) {
      chosen.left_out.push_back({key.size() <= kLongestText ? key : as_shown(key), of_key.rows_of_value.size()});
    } else {
      ++chosen.left_out_more;
    }
  }
  chosen.keys = std::move(keys);
  return chosen;
}

}  // namespace costmill
