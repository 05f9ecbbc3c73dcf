#include "report/label_filters.h"

#include <algorithm>

#include "costmill/error.h"
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

struct ValueUse {
  std::size_t number = 0;
  std::uint64_t rows = 0;
};

struct KeyUse {
  std::uint64_t rows = 0;
  std::map<std::string, ValueUse> values;
  std::vector<std::pair<std::size_t, std::size_t>> texts;  // the number of a text that has the key, and that of the value
};

// Rows of one namespace with equal labels.
struct Rows {
  std::size_t group = 0;  // that the page would have them in
  std::size_t text = 0;
};

template <typename Uses>
auto most_frequent_first(const Uses& uses) {
  std::vector<typename Uses::const_iterator> order;
  for (auto at = uses.begin(); at != uses.end(); ++at) order.push_back(at);
  std::stable_sort(order.begin(), order.end(), [](auto left, auto right) { return left->second.rows > right->second.rows; });
  return order;
}

LabelFilters::Key key_with_values(const std::string& key, const std::map<std::string, ValueUse>& values, std::size_t most) {
  LabelFilters::Key chosen{.key = key};
  for (const auto& value : most_frequent_first(values)) {
    if (chosen.values.size() < most && value->first.size() <= kLongestText) {
      chosen.values.push_back(value->first);
    } else {
      chosen.has_other = true;
    }
  }
  std::sort(chosen.values.begin(), chosen.values.end());
  return chosen;
}

std::uint16_t position_of(const LabelFilters::Key& key, const std::string& text) {
  const auto value = std::lower_bound(key.values.begin(), key.values.end(), text);
  const bool is_known = value != key.values.end() && *value == text;
  return static_cast<std::uint16_t>(1 + (is_known ? value - key.values.begin() : static_cast<std::ptrdiff_t>(key.values.size())));
}

// By the number of the text.
LabelPositions positions_in_texts(const LabelFilters::Key& key, const KeyUse& use, std::size_t texts) {
  LabelPositions of_values(use.values.size());
  for (const auto& [text, value] : use.values) of_values[value.number] = position_of(key, text);
  LabelPositions positions(texts, 0);
  for (const auto& [text, value] : use.texts) positions[text] = of_values[value];
  return positions;
}

// How many groups there are once the positions tell them apart.
std::size_t split(std::vector<Rows>& all, const LabelPositions& positions) {
  std::map<std::pair<std::size_t, std::uint16_t>, std::size_t> groups;
  for (Rows& rows : all) rows.group = groups.try_emplace({rows.group, positions[rows.text]}, groups.size()).first->second;
  return groups.size();
}

void stop_if(const std::atomic<bool>& cancelled) {
  if (cancelled) throw Error(ErrorCode::kCancelled, "interrupted");
}

}  // namespace

const LabelPositions& LabelFilters::positions_of(const Name& labels) {
  const std::string text = labels.value_or("{}");
  const auto [found, is_new] = known_.try_emplace(text);
  if (is_new) {
    const LabelMap map = labels_in(text);
    for (const Key& key : keys) {
      const auto label = map.find(key.key);
      found->second.push_back(label == map.end() ? 0 : position_of(key, label->second));
    }
  }
  return found->second;
}

void LabelSurvey::add(const std::pair<std::size_t, Name>& place, const Name& labels) { ++rows_[{place, labels}]; }

LabelFilters LabelSurvey::choose(std::size_t days, const std::atomic<bool>& cancelled, const LabelLimits& limits) const {
  std::map<std::pair<std::size_t, Name>, std::size_t> places;
  std::map<std::string, std::pair<std::size_t, std::uint64_t>> texts;  // number and rows
  std::vector<Rows> all;
  for (const auto& [group, rows] : rows_) {
    const std::size_t place = places.try_emplace(group.first, places.size()).first->second;
    auto& [number, rows_of_text] = texts.try_emplace(group.second.value_or("{}"), texts.size(), 0).first->second;
    rows_of_text += rows;
    all.push_back({place, number});
  }
  std::map<std::string, KeyUse> uses;
  for (const auto& [text, of_text] : texts) {
    stop_if(cancelled);
    for (const auto& [key, value] : labels_in(text)) {
      KeyUse& use = uses[key];
      ValueUse& of_value = use.values.try_emplace(value, ValueUse{use.values.size(), 0}).first->second;
      use.rows += of_text.second;
      of_value.rows += of_text.second;
      use.texts.emplace_back(of_text.first, of_value.number);
    }
  }
  LabelFilters chosen;
  std::vector<LabelPositions> positions;  // of each chosen key, by text
  const std::size_t most_group_days = std::max(limits.group_days, places.size() * days + limits.added_group_days);
  std::size_t too_many_groups = 0;
  for (const auto& candidate : most_frequent_first(uses)) {
    stop_if(cancelled);
    const auto& [key, use] = *candidate;
    const bool is_worth_a_try = chosen.keys.size() < limits.keys && too_many_groups < limits.failed_keys;
    if (is_worth_a_try && use.values.size() <= limits.values_of_any && key.size() <= kLongestText) {
      LabelFilters::Key with_values = key_with_values(key, use.values, limits.values);
      LabelPositions of_key = positions_in_texts(with_values, use, texts.size());
      std::vector<Rows> apart = all;
      if (split(apart, of_key) * days <= most_group_days) {
        all = std::move(apart);
        chosen.keys.push_back(std::move(with_values));
        positions.push_back(std::move(of_key));
        continue;
      }
      ++too_many_groups;
    }
    if (chosen.left_out.size() < kNamedLeftOut) {
      chosen.left_out.push_back({key.size() <= kLongestText ? key : as_shown(key), use.values.size()});
    } else {
      ++chosen.left_out_more;
    }
  }
  for (const auto& [text, of_text] : texts) {
    LabelPositions& known = chosen.known_[text];
    for (const LabelPositions& of_key : positions) known.push_back(of_key[of_text.first]);
  }
  return chosen;
}

}  // namespace costmill
