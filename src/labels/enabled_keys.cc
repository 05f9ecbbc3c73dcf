#include "labels/enabled_keys.h"

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

}  // namespace costmill
