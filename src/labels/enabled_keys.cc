#include "labels/enabled_keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace costmill {

EnabledKeys EnabledKeys::all() {
  EnabledKeys enabled;
  enabled.all_ = true;
  return enabled;
}

EnabledKeys EnabledKeys::only(const std::vector<std::string>& keys) {
  EnabledKeys enabled;
  if (keys.empty()) return enabled;
  enabled.keys_.insert(keys.begin(), keys.end());
  enabled.keys_.insert("vm_kubevirt_io_name");
  return enabled;
}

std::string EnabledKeys::canonical_text() const {
  if (all_) return "all";
  std::vector<std::string_view> sorted(keys_.begin(), keys_.end());
  std::sort(sorted.begin(), sorted.end());
  std::string text = "only";
  for (const std::string_view key : sorted) text += fmt::format(" {}:{}", key.size(), key);
  return text;
}

}  // namespace costmill
