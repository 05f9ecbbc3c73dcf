// Which label keys survive. Rule 1.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "texts/texts.h"

namespace costmill {

class EnabledKeys {
 public:
  // Every key is kept (no reference data given).
  static EnabledKeys all();
  // Only these and vm_kubevirt_io_name; an empty list drops every label, vm_kubevirt_io_name too.
  static EnabledKeys only(const std::vector<std::string>& keys);

  bool keeps(std::string_view key) const { return all_ || keys_.contains(key); }
  bool keeps_all() const { return all_; }
  // The kept keys, in no order; none where all are kept.
  std::vector<std::string_view> keys() const { return {keys_.begin(), keys_.end()}; }

 private:
  struct KeyHash : TextHash {
    using is_transparent = void;
  };

  bool all_ = false;
  boost::unordered_flat_set<std::string, KeyHash, std::equal_to<>> keys_;
};

}  // namespace costmill
