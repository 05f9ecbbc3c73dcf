// What the rows of a day join: labels, cost categories, capacity; and how often rows were repeated by it.
#pragma once

#include <deque>

#include "labels/label_maps.h"
#include "reference/reference_data.h"
#include "sanity/fan_outs.h"
#include "summary/by_text.h"
#include "summary/capacity.h"
#include "summary/cost_category.h"
#include "summary/label_sets.h"

namespace costmill {

class DayJoins {
 public:
  DayJoins(const Texts& fold_texts, LabelMaps& label_maps, const ReferenceData& reference_data, bool use_cost_categories)
      : texts(fold_texts),
        maps(label_maps),
        label_texts(fold_texts, label_maps),
        reference(reference_data),
        node_labels(fold_texts),
        namespace_labels(fold_texts),
        match_of_namespace_(fold_texts, kUnmatched),
        use_cost_categories_(use_cost_categories) {}

  const CategoryMatch& categories_of(TextId namespace_name) {
    std::uint32_t& match = match_of_namespace_[namespace_name];
    if (match != kUnmatched) return matches_[match];
    match = static_cast<std::uint32_t>(matches_.size());
    CategoryMatch& found = matches_.emplace_back();
    if (use_cost_categories_ && namespace_name != kNullText) {
      found = match_categories(texts[namespace_name], reference.cost_categories);
      if (found.category_ids.size() > 1) ++fan_outs.namespaces_in_several_categories;
    }
    return found;
  }

  const Texts& texts;
  LabelMaps& maps;
  LabelTexts label_texts;
  const ReferenceData& reference;
  ResolvedLabels node_labels;
  ResolvedLabels namespace_labels;
  DayCapacity capacity;
  FanOuts fan_outs;

 private:
  static constexpr std::uint32_t kUnmatched = 0xFFFF'FFFF;

  ByText<std::uint32_t> match_of_namespace_;
  std::deque<CategoryMatch> matches_;  // stay where they are
  bool use_cost_categories_;
};

}  // namespace costmill
