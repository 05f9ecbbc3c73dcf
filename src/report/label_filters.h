// Which labels a report can be filtered by. A page has to stay small, so it takes the keys that most rows have, and of each the most
// frequent values; what is left out is named.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "report/quantity.h"

namespace costmill {

// Of each key: 0 where a row lacks it, else from 1 on the position of its value; one past the last stands for all others.
using LabelPositions = std::vector<std::uint16_t>;

struct LabelLimits {
  std::size_t keys = 12;
  std::size_t values = 60;                // of a key, by name; further ones stand together
  std::size_t values_of_any = 400;        // a key with more tells pods apart, not who pays
  std::size_t group_days = 20'000;        // groups of the page times days: what its size comes from
  std::size_t added_group_days = 10'000;  // that labels may add where namespaces alone make as many
  std::size_t failed_keys = 100;          // that would make too many groups, before no more are tried
};

class LabelFilters {
 public:
  struct Key {
    std::string key;
    std::vector<std::string> values;  // sorted
    bool has_other = false;
  };
  struct LeftOut {
    std::string key;  // as shown
    std::size_t values = 0;
  };

  std::vector<Key> keys;
  std::vector<LeftOut> left_out;
  std::size_t left_out_more = 0;  // beyond those that are named

  // Of a label column's text. Text that is no flat JSON object has no labels.
  const LabelPositions& positions_of(const Name& labels);

 private:
  friend class LabelSurvey;
  std::map<std::string, LabelPositions> known_;
};

// Looks at all rows before any is summed up.
class LabelSurvey {
 public:
  // `place`: a namespace of a cluster.
  void add(const std::pair<std::size_t, Name>& place, const Name& labels);
  // Error(kCancelled).
  LabelFilters choose(std::size_t days, const std::atomic<bool>& cancelled, const LabelLimits& limits = {}) const;

 private:
  std::map<std::pair<std::pair<std::size_t, Name>, Name>, std::uint64_t> rows_;
};

}  // namespace costmill
